import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes

/// Answers requests in their order when the script says so: `200` and two bytes.
final class FuzzedApplication: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    /// Every request so far.
    private(set) var requests: [HTTPRequest] = []
    /// Whether an answer has begun and not ended.
    private(set) var isAnswering = false
    private var answered = 0
    private var isReading = false

    var hasUnanswered: Bool { answered < requests.count }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request):
            claim("a request ends before the next begins", holds: !isReading)
            isReading = true
            requests.append(request)
        case .body: claim("a body has a request", holds: isReading)
        case .end:
            claim("an end has a request", holds: isReading)
            isReading = false
        }
    }

    func beginAnswer(over channel: EmbeddedChannel) {
        guard hasUnanswered, !isAnswering else { return }
        isAnswering = true
        let head = HTTPResponse(status: .ok, headerFields: [.contentLength: "2"])
        channel.write(HTTPResponsePart.head(head), promise: nil)
        channel.flush()
    }

    func answer(over channel: EmbeddedChannel) {
        guard hasUnanswered else { return }
        beginAnswer(over: channel)
        guard channel.isActive else { return }
        if requests[answered].method != .head {
            channel.write(HTTPResponsePart.body(ByteBuffer(string: "ok")), promise: nil)
        }
        // What is behind the end may be written from within this.
        (isAnswering, answered) = (false, answered + 1)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
    }
}
