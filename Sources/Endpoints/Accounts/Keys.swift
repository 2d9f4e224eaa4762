import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// One's own API keys.
    var keys: [Endpoint] { [createKey, listKeys, revokeKey] }

    private var createKey: Endpoint {
        Endpoint(routes.createKey) { input, request, exchange in
            let (name, lifetime, moment, scope) = input
            let session = try caller.session(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.keys.create(
                    name, for: lifetime, until: moment, at: scope, of: session, from: Visitor(request, exchange))
            }
            switch outcome {
            case .created(let new): return GatewayRoutes.keyCreated.response(new)
            case .endIsPast:
                let refusal = InputRefusal("in_the_past", "must be later than now")
                throw Problem.invalidInput([InputProblem("expires_at", refusal)])
            case .tooMany: throw Problem.tooManyKeys(limit: PersonalKeys.limit)
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var listKeys: Endpoint {
        Endpoint(routes.listKeys) { _, request, _ in
            let session = try caller.session(of: request)
            let keys = try await calling { () async throws(AccountsError) in try await flows.keys.keys(of: session) }
            return GatewayRoutes.keysListed.response(keys)
        }
    }

    private var revokeKey: Endpoint {
        Endpoint(routes.revokeKey) { _, request, exchange in
            let session = try caller.session(of: request)
            let isRevoked = try await calling { () async throws(AccountsError) in
                try await flows.keys.revoke(
                    exchange.parameter("id"), of: session, from: Visitor(request, exchange))
            }
            guard isRevoked else { throw Problem.notFound }
            return GatewayRoutes.keyRevoked.response()
        }
    }
}
