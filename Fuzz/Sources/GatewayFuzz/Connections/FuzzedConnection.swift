import GatewayKit
import GatewayTestKit
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

@testable import GatewayHTTP

/// A connection as the listener sets it up, without a network, with limits that short scripts can reach.
final class FuzzedConnection {
    let application = FuzzedApplication()
    private let socket = HalfClosingSocket()
    private let channel = EmbeddedChannel()
    private(set) var sent: [UInt8] = []

    init() {
        do {
            try setUp()
        } catch {
            fatalError("the connection cannot be set up: \(error)")
        }
    }

    var isOpen: Bool { channel.isActive }
    /// Whether it has ended its own side, and does not just fall silent.
    var isFinished: Bool { socket.isOutputClosed }

    func take(_ happening: Happening) {
        guard channel.isActive else { return }
        switch happening {
        // What the pipeline did not want is thrown here again, and is nobody's fault.
        case .bytes(let bytes): _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        case .answer: application.answer(over: channel)
        case .beginAnswer: application.beginAnswer(over: channel)
        case .time(let amount): channel.embeddedEventLoop.advanceTime(by: amount)
        case .inputClosed: channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .drain: channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        channel.embeddedEventLoop.run()
        while let bytes = try? channel.readOutbound(as: ByteBuffer.self) { sent += Array(buffer: bytes) }
    }

    /// Answers whatever has no answer yet.
    func answerAll() {
        while channel.isActive, application.hasUnanswered { take(.answer) }
    }

    private func setUp() throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(socket)
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = Self.limits.header
        decoding.maxHeaderListSize = Self.limits.header
        decoding.maxHeaderFieldCount = 20
        // As Hummingbird's `HTTP1Channel` sets it up.
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
        let codec = HTTP1ToHTTPServerCodec(secure: false)
        try pipeline.addHandler(codec)
        try pipeline.addHandler(application)
        // As our own `HTTPConnection` does.
        let handler = ConnectionHandler(
            limits: Self.limits, timeouts: ConnectionTimeouts(Listener.Limits()), refusals: Self.door.refusals,
            gate: RequestGate(), inHand: RequestInHand(), now: channel.eventLoop.now)
        try pipeline.addHandler(handler, position: .before(codec))
        try pipeline.addHandler(FirstByteHandler(handler), position: .first)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    private static let limits = MessageLimits(header: 512, body: 64)
    private static let door: FrontDoor = {
        guard let url = try? PublicURL("https://auth.example.com") else { fatalError("this is a URL") }
        return FrontDoor(
            endpoints: [], publicURL: url, time: ManualTime(), random: CountedRandom(),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
    }()
}

/// Ends its output alone when it is asked to, as a socket does and an embedded channel does not.
private final class HalfClosingSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var isOutputClosed = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        claim("nothing is written behind the end", holds: !isOutputClosed)
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        isOutputClosed = true
        promise?.succeed()
    }
}
