import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Owns a connection's end: its deadlines, its refusals of what is no request, whether another request can follow
/// (RFC 9112, section 9.3), and its draining when the listener stops. ``ConnectionState`` decides, this does.
///
/// Hummingbird leaves this open: it has no deadlines for headers and bodies, answers what the parser refuses with a
/// bare 400, knows `Connection: close` in that spelling alone, leaves connections open that nobody would answer again
/// behind HTTP/1.0, CONNECT and whatever asks for an upgrade, and on shutdown drops requests that were sent already.
/// So this stands between its decoder and everything else, and lets no quiescing event through. It also answers
/// `Expect: 100-continue` (RFC 9110, section 10.1.1).
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var state: ConnectionState
    private let limits: MessageLimits
    private let timeouts: ConnectionTimeouts
    private let refusals: RefusalWriter
    private let gate: RequestGate
    private let inHand: RequestInHand
    private var timer: Scheduled<Void>?
    /// The bytes that have arrived since a header section began.
    private var headerBytes = 0
    /// The bytes of the body that is being read.
    private var bodyBytes = 0
    private var statedBodyLength = 0
    /// Whether the youngest request waits to be told to go on, while earlier ones have no answer yet.
    private var owesContinue = false

    init(
        limits: MessageLimits, timeouts: ConnectionTimeouts, refusals: RefusalWriter, gate: RequestGate,
        inHand: RequestInHand, now: NIODeadline
    ) {
        self.limits = limits
        self.timeouts = timeouts
        self.refusals = refusals
        self.gate = gate
        self.inHand = inHand
        state = ConnectionState(timeouts: timeouts, at: now)
    }

    func channelActive(context: ChannelHandlerContext) {
        setTimer(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    /// What the bytes that come next belong to.
    var expected: FirstByteHandler.Message {
        if state.isReadingNothing { return .nothing }
        if state.isReadingHeader { return .header }
        if state.isReadingOver { return .dropped }
        return bodyBytes < statedBodyLength ? .body(statedBodyLength - bodyBytes) : .chunks
    }

    /// Whether nothing stands between a request that arrives now and its answer.
    var isIdle: Bool { state.isIdle }

    /// Called where a request was answered before the decoder has seen it.
    func answeredAtOnce(at now: NIODeadline) { state.answeredAtOnce(at: now) }

    /// Called with what has arrived before the decoder sees it.
    func received(_ bytes: ByteBuffer, at now: NIODeadline) {
        let isHead = bytes.readableBytesView.starts(with: "HEAD ".utf8)
        if state.receivedBytes(isHead: isHead, at: now) { headerBytes = 0 }
        headerBytes += bytes.readableBytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !state.isReadingOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): receivedHead(head, context)
        case .body(let part):
            bodyBytes += part.readableBytes
            context.fireChannelRead(data)
        case .end:
            state.receivedEnd(at: context.eventLoop.now)
            context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if state.isReadingHeader, headerBytes > limits.header {
            perform(state.readingFailed(.headerTooLarge, at: context.eventLoop.now), context)
        }
        context.fireChannelReadComplete()
    }

    /// The decoder's refusals end here. What the connection itself has met goes on, for there is nobody to answer.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError || error is ChannelError { return context.fireErrorCaught(error) }
        let isHeaderTooLarge = error as? HTTPParserError == .headerOverflow
        let problem: Problem = isHeaderTooLarge ? .headerTooLarge : .malformedRequest("This is not HTTP/1.1.")
        perform(state.readingFailed(problem.because("\(error)"), at: context.eventLoop.now), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            state.drain(at: context.eventLoop.now)
            setTimer(context)
        case ChannelEvent.inputClosed:
            perform(state.inputClosed(at: context.eventLoop.now), context)
            context.fireUserInboundEventTriggered(event)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !state.isClosing else { return promise?.fail(ChannelError.outputClosed) ?? () }
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200:
            let isBodyTooLong = max(statedBodyLength, bodyBytes) > limits.body
            if let connection = state.answerBegins(isBodyTooLong: isBodyTooLong) {
                head.headers.replaceOrAdd(name: "Connection", value: connection)
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            inHand.id = nil
            perform(state.answerEnds(at: context.eventLoop.now), context)
            payContinue(context)
        }
    }

    /// Whoever answers ends this side behind its last answer. Where the other side has ended its own, NIO would close
    /// at once and drop what is not out yet.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        perform(state.outputEnds(at: context.eventLoop.now), context)
        promise?.succeed()
    }

    private func receivedHead(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        let isHead = head.method == .HEAD
        // The decoder counts fields alone.
        guard head.uri.utf8.count <= limits.header else {
            return perform(state.readingFailed(.headerTooLarge, isHead: isHead, at: now), context)
        }
        let framing = RequestFraming(of: head)
        guard framing.isPlain else {
            let problem = Problem.malformedRequest("The request's framing is not plain HTTP/1.1.")
            return perform(state.readingFailed(problem, isHead: isHead, at: now), context)
        }
        var head = head
        let isOld = head.version == .http1_0
        (bodyBytes, statedBodyLength) = (0, framing.statedBodyLength)
        state.receivedHead(persists: framing.persists, isOld: isOld, isHead: isHead, at: now)
        // Hummingbird reads no further behind this spelling, and behind no other.
        if !framing.persists { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        owesContinue = framing.expectsContinue && statedBodyLength <= limits.body
        payContinue(context)
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// Tells a client to go on once the answers before its own are out.
    private func payContinue(_ context: ChannelHandlerContext) {
        guard owesContinue, state.isYoungestNext, !state.isClosing else { return }
        owesContinue = false
        let interim = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
    }

    private func perform(_ action: ConnectionState.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .nothing: return
        case .fail(let problem): context.fireErrorCaught(problem)
        case .refuse(let problem, let isHead):
            gate.shut()
            let isLate = problem.kind == .unavailable
            let answer = refusals.answer(
                to: problem, over: context.channel, requestID: isLate ? inHand.id : nil)
            context.write(wrapOutboundOut(.head(HTTPResponseHead(answer.head))), promise: nil)
            if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil) }
            context.write(wrapOutboundOut(.end(nil)), promise: nil)
            finish(context)
        case .finish: finish(context)
        case .close:
            gate.shut()
            context.close(promise: nil)
        }
    }

    /// Ends this side once all is out, which the end of an empty write tells.
    private func finish(_ context: ChannelHandlerContext) {
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenSuccess { [self] in
            state.sent(at: context.eventLoop.now)
            context.close(mode: .output, promise: nil)
            if context.channel.isActive { setTimer(context) }
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))), promise: sent)
        if context.channel.isActive { setTimer(context) }
    }

    /// Sleeps until the next deadline, but no longer than the shortest that may begin meanwhile.
    private func setTimer(_ context: ChannelHandlerContext) {
        timer?.cancel()
        let now = context.eventLoop.now
        let wake = min(state.deadline, now + timeouts.shortest)
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: wake) { [self] in
            perform(state.timePassed(at: context.eventLoop.now), context)
            if context.channel.isActive { setTimer(context) }
        }
    }
}

/// How much of a message is read, in bytes.
struct MessageLimits: Hashable, Sendable {
    let header: Int
    let body: Int
}
