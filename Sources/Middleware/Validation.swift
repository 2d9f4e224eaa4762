import GatewayHTTP
import GatewayKit
import Hummingbird

/// Checks each route's declared input before the endpoint runs: type, size, syntax, then every field at once. The
/// endpoint decodes by the same declaration, so that without this stage the same refusals come, only later.
struct Validation: RouterMiddleware {
    static let module = Module(
        .middleware, "validation", "Checks each route's declared input before the endpoint runs.",
        settings: Settings<Void>.object("Content type, size and fields, as each route declares them.") {}
    ) { _, _ in
        PipelineStage("validation", .decides, Validation()) { $0.input == nil ? ExpressStage() : nil }
    }

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        guard let route = context.route.declaration, route.input != nil else {
            return try await next(request, context)
        }
        var request = request
        try await route.checkInput(&request, context)
        return try await next(request, context)
    }
}
