import Hummingbird

/// Answers what is thrown behind it. It stands innermost and before each stage of the pipeline, so that every stage
/// sees an ordinary answer, whatever the endpoint or a stage behind it throws, and the router never renders an error
/// its own way.
struct ErrorsBecomeAnswers: RouterMiddleware {
    let renderer: ProblemRenderer

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch  where ProblemRenderer.isOfConnection(error) {
            throw error
        } catch {
            return renderer.response(to: error, to: request, in: context)
        }
    }
}

/// Refuses, behind the pipeline, what no endpoint is declared for; so the stages see these requests too.
struct RoutesAreDeclared: RouterMiddleware {
    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        switch context.route {
        case .declared: return try await next(request, context)
        case .otherMethods(let allowed, _): throw Problem.methodNotAllowed(allowed: allowed)
        case .unknown: throw Problem.notFound
        case .refused(let problem, _): throw problem
        }
    }
}
