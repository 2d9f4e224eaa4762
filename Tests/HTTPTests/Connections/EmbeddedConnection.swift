import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import GatewayHTTP

/// A connection as the listener sets it up, without a network and with a clock of its own, whose requests are answered
/// as soon as they have ended, or never.
final class EmbeddedConnection {
    let gate = RequestGate()
    private let channel = EmbeddedChannel()
    private var sent = ""

    init(limits: Listener.Limits = Listener.Limits(), isAnswering: Bool = true) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: .init())
        let handler = ConnectionHandler(
            limits: MessageLimits(header: limits.header, body: 1000), timeouts: ConnectionTimeouts(limits),
            refusals: try Doors().frontDoor().refusals, gate: gate, inHand: RequestInHand(),
            now: channel.eventLoop.now)
        try pipeline.addHandler(handler)
        if isAnswering { try pipeline.addHandler(Answers()) }
        try pipeline.addHandler(FirstByteHandler(handler), position: .first)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    var isOpen: Bool { channel.isActive }

    /// The statuses of all answers so far.
    var statuses: [String] { sent.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) } }

    /// Lets the bytes arrive in one read.
    func receive(_ bytes: some Sequence<UInt8>) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        try collect()
    }

    func pass(_ time: TimeAmount) throws {
        channel.embeddedEventLoop.advanceTime(by: time)
        try collect()
    }

    private func collect() throws {
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { sent += String(buffer: bytes) }
    }
}

private final class Answers: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
