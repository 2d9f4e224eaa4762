import HTTPTypes
import NIOCore

/// Answers a connection too many with its 503 as soon as it is there, and waits a moment for the other side to have
/// read it: closing at once would reset the connection under a request that is on its way, and lose the answer.
final class SurplusConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let refusals: RefusalWriter?
    private let patience: TimeAmount
    private var timer: Scheduled<Void>?

    /// Without a writer it is closed at once, which is for the flood.
    init(refusals: RefusalWriter?, patience: TimeAmount) {
        self.refusals = refusals
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let refusals else { return context.close(promise: nil) }
        let busy = Problem.busy(retryAfter: .seconds(1)).because("server.limits.connections are open")
        let answer = refusals.answer(to: busy, over: context.channel)
        var bytes = ByteBuffer(string: answer.head.lines)
        bytes.writeImmutableBuffer(answer.body)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        context.close(mode: .output, promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { timer?.cancel() }

    /// Whatever is asked is dropped; the answer is out.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
