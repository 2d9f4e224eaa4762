import GatewayKit
import NIOCore
import NIOPosix

/// A server on a free port that gives the same answer to whatever comes first, and ends the connection.
struct PlainServer {
    private let channel: any Channel

    var address: ListenAddress { .tcp(host: "127.0.0.1", port: channel.localAddress?.port ?? 0) }

    static func start(answering answer: String) async throws -> Self {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FixedAnswer(answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Self(channel: channel)
    }

    func end() async throws { try await channel.close() }

    private final class FixedAnswer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String

        init(answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }
}
