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
        headers.reserveCapacity(Self.names.count + 4)
        for (name, field) in zip(Self.names, fields) { headers.append(HTTPField(name: name, value: field.value)) }
        return headers
    }

    /// The fields' names, which are the same each time.
    private static let names = nobody.fields.compactMap { HTTPField.Name($0.name) }
}
