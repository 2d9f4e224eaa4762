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
            var facts: Logger.Metadata = [LogKey.status: "\(answer.status.code)"]
            if let bytes = answer.body.contentLength { facts[LogKey.bytes] = "\(bytes)" }
            log(context, facts, since: start)
            return answer
        } catch {
            // The connection has lost its framing; its handler answers it, with a status that is not known here.
            log(context, [LogKey.status: "-"], since: start)
            throw error
        }
    }

    private func log(_ exchange: Exchange, _ facts: Logger.Metadata, since start: Duration) {
        var facts = facts
        facts[LogKey.method] = "\(exchange.method)"
        facts[LogKey.route] = "\(exchange.route.pattern)"
        facts[LogKey.milliseconds] = "\((time.elapsed() - start).wholeMilliseconds)"
        facts[LogKey.client] = "\(exchange.clientAddress?.description ?? "-")"
        exchange.logger.info("request answered", metadata: facts)
    }
}
