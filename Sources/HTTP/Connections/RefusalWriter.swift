import GatewayKit
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Makes the answers of a connection itself: to what is no request, to one that took too long, and to a connection too
/// many. No stage of the pipeline sees these, so they are counted and logged here.
struct RefusalWriter: Sendable {
    /// An answer that ends its connection.
    struct Answer {
        let head: HTTPResponse
        let body: ByteBuffer
    }

    let renderer: ProblemRenderer
    let time: any TimeSource
    let random: any RandomSource
    let logger: Logger
    let watch: ConnectionWatch

    /// Takes the id of the request that is late, where it has one.
    func answer(to problem: Problem, over channel: any Channel, requestID: String? = nil) -> Answer {
        watch.refused(problem.kind)
        let requestID = requestID ?? random.identifier()
        // The one of them that is no stranger's doing.
        let isLate = problem.kind == .unavailable
        logger.log(
            level: isLate ? renderer.pace.level(of: "request timeout") : .debug,
            isLate
                ? "a request had no answer within server.limits.request_timeout, and was answered 503"
                : "a connection was refused an answer",
            metadata: [
                LogKey.requestID: "\(requestID)", LogKey.address: "\(Peer(of: channel))",
                LogKey.reason: "\(problem.reason ?? problem.kind.code)",
            ])
        let body = renderer.body(stating: problem, requestID: requestID)
        var head = HTTPResponse(status: problem.kind.status, headerFields: renderer.headers(stating: problem))
        head.headerFields[.contentLength] = String(body.readableBytes)
        head.headerFields[.connection] = "close"
        head.headerFields[.requestID] = requestID
        head.headerFields[.date] = time.now().httpDate
        return Answer(head: head, body: body)
    }
}

extension Timestamp {
    /// The moment as HTTP's header fields state it (RFC 9110, section 5.6.7): `Sat, 16 Jan 2027 08:00:00 GMT`.
    var httpDate: String {
        let civil = CivilTime(self)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(civil.weekday)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = "\(two(civil.day)) \(months[Int(civil.month) - 1]) \(civil.year)"
        return "\(weekday), \(date) \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) GMT"
    }
}
