import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Registering, logging in, refreshing and logging out.
    var entering: [Endpoint] { [register, login, refresh, logout] }

    private var register: Endpoint {
        Endpoint(routes.register) { input, request, exchange in
            let (username, email, password) = input
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.registration.register(
                    username, email, password: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .registered(let account): return GatewayRoutes.registered.response(account.username)
            case .awaitsConfirmation(let username): return GatewayRoutes.registered.response(username)
            case .closed: throw Problem.registrationClosed
            case .passwordRefused(let refusal): throw Problem.invalidInput([InputProblem("password", refusal)])
            case .emailRefused(let refusal): throw Problem.invalidInput([InputProblem("email", refusal)])
            case .usernameTaken: throw Problem.usernameTaken
            case .emailTaken: throw Problem.emailTaken
            }
        }
    }

    private var login: Endpoint {
        Endpoint(routes.login) { input, request, exchange in
            let (name, password) = input
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.login.logIn(as: name, password: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .loggedIn(let grant): return GatewayRoutes.loggedIn.response(grant)
            case .refused: throw Problem.invalidCredentials
            case .unverified: throw Problem.emailUnverified
            case .tooManyGuesses(let retryAfter): throw Problem.tooManyRequests(retryAfter: retryAfter)
            }
        }
    }

    private var refresh: Endpoint {
        Endpoint(routes.refresh) { token, request, exchange in
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.refresh.refresh(token, from: Visitor(request, exchange))
            }
            switch outcome {
            case .refreshed(let grant): return GatewayRoutes.refreshed.response(grant)
            case .refused: throw Problem.invalidRefreshToken
            }
        }
    }

    private var logout: Endpoint {
        Endpoint(routes.logout) { input, request, exchange in
            let (everywhere, refreshToken) = input
            let session =
                refreshToken == nil ? try caller.session(of: request) : try caller.sessionIfValid(of: request)
            let isTokenSent = request.headers[.authorization] != nil
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.logout.logOut(
                    session, refreshToken, everywhere: everywhere ?? false, from: Visitor(request, exchange))
            }
            guard outcome == .loggedOut else { throw isTokenSent ? Problem.invalidToken : .invalidRefreshToken }
            return GatewayRoutes.loggedOut.response()
        }
    }
}
