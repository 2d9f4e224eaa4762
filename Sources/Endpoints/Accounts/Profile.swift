import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// One's own account.
    var profile: [Endpoint] { [me, rename, changePassword, delete] }

    private var me: Endpoint {
        Endpoint(routes.me) { _, request, _ in
            let session = try caller.session(of: request)
            let account = try await calling { () async throws(AccountsError) in
                try await flows.profile.account(of: session)
            }
            guard let account else { throw Problem.invalidToken }
            return GatewayRoutes.shown.response(account)
        }
    }

    private var rename: Endpoint {
        Endpoint(routes.rename) { name, request, exchange in
            let session = try caller.session(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.profile.rename(session, to: name, from: Visitor(request, exchange))
            }
            switch outcome {
            case .renamed(let account): return GatewayRoutes.shown.response(account)
            case .usernameTaken: throw Problem.usernameTaken
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var changePassword: Endpoint {
        Endpoint(routes.changePassword) { input, request, exchange in
            let (current, new) = input
            let session = try caller.session(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.passwordChange.change(
                    session, from: current, to: new, by: Visitor(request, exchange))
            }
            switch outcome {
            case .changed: return GatewayRoutes.passwordChanged.response()
            case .passwordRefused(let refusal): throw Problem.invalidInput([InputProblem("new_password", refusal)])
            case .wrongPassword: throw Problem.invalidCredentials
            case .tooManyGuesses(let retryAfter): throw Problem.tooManyRequests(retryAfter: retryAfter)
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var delete: Endpoint {
        Endpoint(routes.delete) { password, request, exchange in
            let session = try caller.session(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.deletion.delete(session, password: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .deleted: return GatewayRoutes.deleted.response()
            case .wrongPassword: throw Problem.invalidCredentials
            case .tooManyGuesses(let retryAfter): throw Problem.tooManyRequests(retryAfter: retryAfter)
            case .gone: throw Problem.invalidToken
            }
        }
    }
}
