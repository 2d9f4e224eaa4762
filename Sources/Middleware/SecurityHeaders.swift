import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

/// Adds the header fields that keep browsers from doing with an answer what nobody meant (OWASP REST Security Cheat
/// Sheet, "Security Headers"). What an endpoint has set stays.
struct SecurityHeaders: RouterMiddleware {
    static let module = Module(
        .middleware, "security-headers", "Adds the header fields that make browsers careful with answers.",
        settings: Settings<Duration>.object(
            "Adds header fields to each answer, where the endpoint has not set them.",
            Field(
                "hsts_max_age", .duration(.zero ... .seconds(730 * 86_400)), default: "365d",
                "How long browsers reach this host by https alone; said only when server.public_url is https.")
        ) { $0 }
    ) { maxAge, provision in
        let isSecure = provision.publicURL.scheme == "https"
        let headers = SecurityHeaders(hstsMaxAge: isSecure ? maxAge : nil)
        return PipelineStage("security-headers", .observes, headers) { _ in ExpressStage(adding: headers.standard) }
    }

    private let standard: HTTPFields

    /// `hstsMaxAge` nil says nothing about https.
    init(hstsMaxAge: Duration?) {
        var fields: HTTPFields = [
            .xContentTypeOptions: "nosniff",
            .frameOptions: "DENY",
            .referrerPolicy: "no-referrer",
            .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
            .crossOriginResourcePolicy: "same-origin",
            .cacheControl: "no-store",
        ]
        if let hstsMaxAge {
            fields[.strictTransportSecurity] = "max-age=\(hstsMaxAge.wholeSecondsRoundedUp)"
        }
        standard = fields
    }

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        var answer = try await next(request, context)
        for field in standard where !answer.headers.contains(field.name) { answer.headers.append(field) }
        return answer
    }
}

extension HTTPField.Name {
    static let frameOptions = Self(constant: "X-Frame-Options")
    static let referrerPolicy = Self(constant: "Referrer-Policy")
}
