import NIOCore
import NIOHTTP1

/// Settles whether a connection goes on behind a request (RFC 9112, section 9.3), and says so in the answer.
///
/// Hummingbird knows `Connection: close` in that spelling alone. Other spellings, HTTP/1.0, and requests behind which
/// the decoder stops reading, CONNECT and whatever asks for an upgrade, left connections open that nobody would answer
/// again: a proxy that kept one had its next, innocent request fail. It also answers `Expect: 100-continue` (RFC 9110,
/// section 10.1.1).
final class ConnectionPersistence: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What the answer says in `Connection`, for each request that has none yet; nil says nothing.
    private var unanswered = CircularBuffer<String?>()
    private var isLastRequestRead = false
    private var isDropping = false
    /// Whether the youngest request waits to be told to go on, while earlier ones have no answer yet.
    private var owesContinue = false
    private let bodyLimit: Int

    /// A body that is stated to be longer than the limit is not asked for: its refusal is on the way.
    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !isDropping else { return }
        switch part {
        case .head(var head):
            if head.persists {
                unanswered.append(head.version == .http1_0 ? "keep-alive" : nil)
            } else {
                isLastRequestRead = true
                head.headers.replaceOrAdd(name: "Connection", value: "close")
                unanswered.append("close")
            }
            owesContinue = head.expectsContinue(upTo: bodyLimit)
            payContinue(context)
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body: context.fireChannelRead(data)
        case .end:
            isDropping = isLastRequestRead
            context.fireChannelRead(data)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200:
            guard let connection = unanswered.popFirst() ?? nil else { fallthrough }
            head.headers.replaceOrAdd(name: "Connection", value: connection)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            payContinue(context)
        }
    }

    /// Tells a client to go on once the answers before its own are out.
    private func payContinue(_ context: ChannelHandlerContext) {
        guard owesContinue, unanswered.count == 1 else { return }
        owesContinue = false
        let interim = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
    }
}

extension HTTPRequestHead {
    /// Whether another request can follow on the connection.
    fileprivate var persists: Bool {
        let options = headers[canonicalForm: "connection"].map { $0.lowercased() }
        if method == .CONNECT || options.contains("close") { return false }
        if headers.contains(name: "upgrade"), options.contains("upgrade") { return false }
        return version != .http1_0 || options.contains("keep-alive")
    }

    /// Whether the client holds its body back until it is told to go on, and should be.
    fileprivate func expectsContinue(upTo limit: Int) -> Bool {
        let length = headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        return version != .http1_0 && length <= limit
            && headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }
}
