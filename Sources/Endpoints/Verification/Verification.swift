import GatewayAccess
import GatewayHTTP
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// What apps and reverse proxies ask about a request's credential.
    var verification: [Endpoint] { [verify, verifyForNginx] }

    private var verify: Endpoint {
        let route = Route(
            nil, "/auth/verify", "Says whether the request's access token is valid, and whose it is.",
            security: .bearer, answers: [.init(.ok, "It is; the identity headers say whose.")],
            refusals: [.invalidToken])
        return Endpoint(route) { _, request, _ in try passing(request) }
    }

    /// nginx understands 200, 401 and 403, takes anything else for an error, and drops its kept-alive connection to the
    /// gateway after any body; so this answers 200, 401, 403 or 503 without one, whoever refuses: the endpoint, a stage
    /// of the pipeline or the front door.
    private var verifyForNginx: Endpoint {
        let route = Route(
            nil, "/auth/verify/nginx", "Says whether a request may pass, for nginx's auth_request.",
            security: .bearer,
            answers: [
                .init(.ok, "It may; the identity headers say whose it is."),
                .init(.unauthorized, "It has no valid credential; the body is empty."),
                .init(.forbidden, "It cannot be understood; the body is empty."),
                .init(.serviceUnavailable, "Nobody can tell now, or a limit is used up; the body is empty."),
            ], rendering: { problem, _ in .bare(problem) })
        return Endpoint(route) { _, request, _ in try passing(request) }
    }

    private func passing(_ request: Request) throws -> Response {
        switch caller.verdict(of: request) {
        case .valid(let principal): return Response.passing(principal.identity)
        case .none: throw Problem.missingToken
        case .bad(let reason): throw Problem.invalidToken.because(reason)
        case .cannotDecide: throw Problem.unavailable
        }
    }
}

extension Response {
    /// 200 with an empty body and every identity header.
    fileprivate static func passing(_ identity: IdentityHeaders) -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        for field in identity.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            headers[name] = field.value
        }
        return Response(status: .ok, headers: headers)
    }

    /// A refusal in the statuses that nginx understands, with an empty body.
    fileprivate static func bare(_ problem: Problem) -> Response {
        let status: HTTPResponse.Status =
            switch problem.kind.status.code {
            case 401: .unauthorized
            case 429, 500...: .serviceUnavailable
            default: .forbidden
            }
        var headers = problem.headers
        headers[.cacheControl] = "no-store"
        if let seconds = problem.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return Response(status: status, headers: headers)
    }
}
