import NIOCore

/// Tells a connection's handler of bytes before the decoder holds them back: a header's time begins with its first.
final class FirstByteHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionHandler

    init(_ connection: ConnectionHandler) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.received(unwrapInboundIn(data), at: context.eventLoop.now)
        context.fireChannelRead(data)
    }
}
