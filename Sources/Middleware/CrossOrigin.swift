import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

/// Lets pages of other origins call the REST API from a browser (the Fetch standard's CORS protocol).
///
/// A preflight is answered here only for a path that has routes of its own methods. A route that takes any method is
/// asked by reverse proxies, with the header fields of whoever stands before them: an answer to a preflight would be
/// taken for its yes. Credentials are not allowed, for the API takes none that a browser adds by itself.
struct CrossOrigin: RouterMiddleware {
    static let module = Module(
        .middleware, "cors", "Lets pages of other origins call the API from a browser.",
        settings: Settings<(origins: [Origin], maxAge: Duration)>.object(
            "Answers preflights, and says to which origins answers may be shown.",
            Field(
                "origins", .list(of: .origin, notEmpty: "must name at least one origin"),
                required: "The origins whose pages may call, such as https://app.example.com."),
            Field(
                "max_age", .duration(.zero ... .seconds(86_400)), default: "10m",
                "How long a browser may remember the answer to a preflight.")
        ) { (origins: $0, maxAge: $1) }
    ) { settings, _ in
        PipelineStage("cors", .decides, CrossOrigin(origins: Set(settings.origins), maxAge: settings.maxAge)) { route in
            // No preflight is answered for a route that takes any method.
            route.method == nil ? ExpressStage(adding: [.vary: "Origin"], takesOrigin: false) : nil
        }
    }

    private let origins: Set<Origin>
    private let maxAge: String

    init(origins: Set<Origin>, maxAge: Duration) {
        self.origins = origins
        self.maxAge = String(maxAge.components.seconds)
    }

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        let origin = allowedOrigin(of: request)
        var answer: Response
        if let origin, let allowed = preflightMethods(of: request, context) {
            answer = Response(status: .noContent, headers: preflightFields(allowed))
            answer.headers[.accessControlAllowOrigin] = origin.text
        } else {
            answer = try await next(request, context)
            if let origin {
                answer.headers[.accessControlAllowOrigin] = origin.text
                answer.headers[.accessControlExposeHeaders] = Self.exposed
                // A page of another origin is to read it, which this one forbids where it is set.
                answer.headers[.crossOriginResourcePolicy] = "cross-origin"
            }
        }
        // The answer differs by origin, also for those that are not allowed: a cache must keep them apart.
        answer.headers.append(HTTPField(name: .vary, value: "Origin"))
        return answer
    }

    private func allowedOrigin(of request: Request) -> Origin? {
        let sent = request.headers[values: .origin]
        guard sent.count == 1 else { return nil }
        return origins.first { $0.text == sent[0] }
    }

    /// The methods that a preflight may be told of, nil for any other request.
    private func preflightMethods(of request: Request, _ exchange: Exchange) -> [HTTPRequest.Method]? {
        guard exchange.method == .options, request.headers.contains(.accessControlRequestMethod),
            case .otherMethods(let allowed, _) = exchange.route
        else { return nil }
        return allowed
    }

    private func preflightFields(_ allowed: [HTTPRequest.Method]) -> HTTPFields {
        [
            .accessControlAllowMethods: allowed.map(\.rawValue).joined(separator: ", "),
            .accessControlAllowHeaders: Self.taken,
            .accessControlMaxAge: maxAge,
        ]
    }

    private static let taken = "Authorization, Content-Type, If-Match, X-Request-ID"
    private static let exposed = "ETag, Retry-After, WWW-Authenticate, X-Request-ID"
}
