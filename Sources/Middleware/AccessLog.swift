import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// Logs one line for each request: its route's pattern, never the path or the query, for both can hold secrets.
final class AccessLog: RouterMiddleware {
    static let module = Module(
        .middleware, "access-log", "Logs one line for each request.",
        settings: Settings<Int>.object(
            "One line for each request, at level info.",
            Field(
                "sample_verifications", .integer(0...1_000_000), default: 1,
                "Of verifications that the express lane answers, one line for so many; 0 for none.")
        ) { $0 }
    ) { sample, provision in
        let log = AccessLog(time: provision.time, sample: sample)
        return PipelineStage("access-log", .observes, log) { _ in ExpressStage(noting: sample > 0 ? log.note : nil) }
    }

    let time: any TimeSource
    private let sample: UInt64
    private let verifications = Atomic<UInt64>(0)

    init(time: any TimeSource, sample: Int = 1) {
        self.time = time
        self.sample = UInt64(max(sample, 1))
    }

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        let start = time.elapsed()
        do {
            let answer = try await next(request, context)
            let status = String(answer.status.code)
            log(context, status: status, bytes: answer.body.contentLength, took: time.elapsed() - start)
            return answer
        } catch {
            // The connection has lost its framing; its handler answers it, with a status that is not known here.
            log(context, status: "-", bytes: nil, took: time.elapsed() - start)
            throw error
        }
    }

    /// One line for so many answers of the express lane.
    @Sendable private func note(_ answer: ExpressAnswer) {
        guard verifications.wrappingAdd(1, ordering: .relaxed).oldValue % sample == 0 else { return }
        let facts = Self.facts(
            status: "200", bytes: 0, answer.method, route: answer.route.path.description, took: answer.took,
            client: answer.client.address)
        answer.logger.info("request answered", metadata: facts)
    }

    private func log(_ exchange: Exchange, status: String, bytes: Int?, took: Duration) {
        let facts = Self.facts(
            status: status, bytes: bytes, exchange.method, route: exchange.route.pattern, took: took,
            client: exchange.clientAddress)
        exchange.logger.info("request answered", metadata: facts)
    }

    private static func facts(
        status: String, bytes: Int?, _ method: HTTPRequest.Method, route: String, took: Duration, client: IPAddress?
    ) -> Logger.Metadata {
        var facts = Logger.Metadata(minimumCapacity: 6)
        facts[LogKey.status] = .string(status)
        if let bytes { facts[LogKey.bytes] = .string(String(bytes)) }
        facts[LogKey.method] = .string(method.rawValue)
        facts[LogKey.route] = .string(route)
        facts[LogKey.milliseconds] = .string(String(took.wholeMilliseconds))
        facts[LogKey.client] = .string(client?.description ?? "-")
        return facts
    }
}
