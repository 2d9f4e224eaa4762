import GatewayAccess
import GatewayHTTP
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// What apps and reverse proxies ask about a request's credential.
    var verification: [Endpoint] {
        [
            Endpoint(routes.verify) { _, request, _ in try passing(request, GatewayRoutes.valid) },
            Endpoint(routes.verifyForNginx) { _, request, _ in try passing(request, GatewayRoutes.passing) },
        ]
    }

    private func passing(_ request: Request, _ answer: Answer<Void>) throws -> Response {
        switch caller.verdict(of: request) {
        case .valid(let principal): return answer.response(headers: principal.identity.httpFields)
        case .none: throw Problem.missingToken
        case .bad(let reason): throw Problem.invalidToken.because(reason)
        case .cannotDecide: throw Problem.unavailable
        }
    }
}

extension IdentityHeaders {
    /// Every identity header, also the empty ones.
    fileprivate var httpFields: HTTPFields {
        var headers = HTTPFields()
        for field in fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            headers[name] = field.value
        }
        return headers
    }
}
