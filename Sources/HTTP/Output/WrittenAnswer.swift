public import GatewayKit
public import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
import Synchronization

/// A front door's answer to a request that came over no connection, as it would go out over one: for tools that show
/// what the gateway says.
public struct WrittenAnswer: Sendable {
    /// The number of the answer's status.
    public let status: Int
    /// All of it: the status line, each field, a blank line and the body.
    public let bytes: [UInt8]

    /// Has a door answer a request without a body, as if that peer had sent it at that moment over a connection, whose
    /// own part of the answer is the date. Throws where there is no answer, as when the task is cancelled.
    public init(
        of door: FrontDoor, to request: HTTPRequest, from peer: Peer, at moment: Timestamp, logger: Logger
    ) async throws {
        let exchange = Exchange(from: peer, logger: logger)
        var response = try await door.respond(
            to: Request(head: request, body: RequestBody(buffer: ByteBuffer())), context: exchange)
        response.headers[.date] = moment.httpDate
        let body = CollectedBody()
        try await response.body.write(CollectedBody.Writer(body: body))
        status = response.status.code
        bytes = Array(response.head.lines.utf8) + body.bytes
    }
}

extension HTTPResponse {
    /// The status line, each field, and the blank line.
    var lines: String {
        headerFields.reduce("HTTP/1.1 \(status)\r\n") { $0 + "\($1.name): \($1.value)\r\n" } + "\r\n"
    }
}

/// A body that is kept instead of sent.
private final class CollectedBody: Sendable {
    struct Writer: ResponseBodyWriter {
        let body: CollectedBody

        func write(_ buffer: ByteBuffer) { body.collected.withLock { $0 += Array(buffer: buffer) } }

        func finish(_ trailingHeaders: HTTPFields?) {}
    }

    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }
}
