import GatewayHTTP
import GatewayKit
import Hummingbird
import Logging

/// Logs one line for each request: its route's pattern, never the path or the query, for both can hold secrets.
struct AccessLog: RouterMiddleware {
    static let module = Module(
        .middleware, "access-log", "Logs one line for each request.",
        settings: Settings<Void>.object("One line for each request, at level info.") {}
    ) { _, provision in PipelineStage("access-log", .observes, AccessLog(time: provision.time)) }

    let time: any TimeSource

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        let start = time.elapsed()
        do {
            let answer = try await next(request, context)
            log(context, status: String(answer.status.code), bytes: answer.body.contentLength, since: start)
            return answer
        } catch {
            // The connection has lost its framing; its handler answers it, with a status that is not known here.
            log(context, status: "-", bytes: nil, since: start)
            throw error
        }
    }

    private func log(_ exchange: Exchange, status: String, bytes: Int?, since start: Duration) {
        var facts = Logger.Metadata(minimumCapacity: 6)
        facts[LogKey.status] = .string(status)
        if let bytes { facts[LogKey.bytes] = .string(String(bytes)) }
        facts[LogKey.method] = .string(exchange.method.rawValue)
        facts[LogKey.route] = .string(exchange.route.pattern)
        facts[LogKey.milliseconds] = .string(String((time.elapsed() - start).wholeMilliseconds))
        facts[LogKey.client] = .string(exchange.clientAddress?.description ?? "-")
        exchange.logger.info("request answered", metadata: facts)
    }
}
