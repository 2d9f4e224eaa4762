import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Registering, logging in, refreshing and logging out.
    var entering: [Endpoint] { [register, login, refresh, logout] }

    private var register: Endpoint {
        let route = Route(
            .post, "/auth/register", "Makes an account.",
            input: .object(
                [.json],
                InputField("username", .username, "The name to log in with, in a-z, 0-9, '.', '_' and '-'."),
                InputField("email", .email, "The address that mail goes to."),
                InputField("password", .newPassword(policy), "The password."),
                together: { username, email, password in
                    guard let password, let refusal = policy.refusal(of: password, username: username, email: email)
                    else { return [] }
                    return [InputProblem("password", refusal)]
                }
            ) { ($0, $1, $2) },
            answers: [.init(.created, "The account is there: a message and the user's name.")],
            refusals: [.registrationClosed, .usernameTaken, .emailTaken, .busy])
        return Endpoint(route) { input, request, exchange in
            let (username, email, password) = input
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.registration.register(
                    username, email, password: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .registered(let account):
                let body: JSONValue = [
                    "message": "User registered successfully", "user": .string(account.username.text),
                ]
                return Response.json(body, status: .created)
            case .closed: throw Problem.registrationClosed
            case .passwordRefused(let refusal): throw Problem.invalidInput([InputProblem("password", refusal)])
            case .usernameTaken: throw Problem.usernameTaken
            case .emailTaken: throw Problem.emailTaken
            }
        }
    }

    private var login: Endpoint {
        let route = Route(
            .post, "/auth/login", "Logs a person in.",
            input: .object(
                [.form, .json],
                InputField("username", .text(1...254), "The user name or the e-mail address."),
                InputField("password", .password, "The password.")
            ) { ($0, $1) },
            answers: [.init(.ok, "An access token, when it ends, and a refresh token.")],
            refusals: [.invalidCredentials, .tooManyRequests, .busy])
        return Endpoint(route) { input, request, exchange in
            let (name, password) = input
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.login.logIn(as: name, password: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .loggedIn(let grant): return Response.tokens(grant)
            case .refused: throw Problem.invalidCredentials
            case .tooManyGuesses(let retryAfter): throw Problem.tooManyRequests(retryAfter: retryAfter)
            }
        }
    }

    private var refresh: Endpoint {
        let route = Route(
            .post, "/auth/refresh", "Exchanges a refresh token for new tokens.",
            input: .object(
                [.json, .form], InputField("refresh_token", .opaqueToken, "The refresh token; it works once.")
            ) { $0 },
            answers: [.init(.ok, "An access token, when it ends, and the next refresh token.")],
            refusals: [.invalidRefreshToken])
        return Endpoint(route) { token, request, exchange in
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.refresh.refresh(token, from: Visitor(request, exchange))
            }
            switch outcome {
            case .refreshed(let grant): return Response.tokens(grant)
            case .refused: throw Problem.invalidRefreshToken
            }
        }
    }

    private var logout: Endpoint {
        let route = Route(
            .post, "/auth/logout", "Ends the session of the access token, of the refresh token, or both.",
            input: .object(
                [.json, .form],
                InputField("everywhere", optional: .boolean, "Whether to end all sessions of the account."),
                InputField(
                    "refresh_token", optional: .opaqueToken,
                    "Names the session too, so that an expired access token can log out.")
            ) { ($0, $1) },
            security: .bearer, answers: [.init(.noContent, "The session has ended, everywhere.")],
            refusals: [.invalidToken, .invalidRefreshToken])
        return Endpoint(route) { input, request, exchange in
            let (everywhere, refreshToken) = input
            let claims = refreshToken == nil ? try caller.claims(of: request) : try caller.claimsIfValid(of: request)
            let isTokenSent = request.headers[.authorization] != nil
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.logout.logOut(
                    claims, refreshToken, everywhere: everywhere ?? false, from: Visitor(request, exchange))
            }
            guard outcome == .loggedOut else { throw isTokenSent ? Problem.invalidToken : .invalidRefreshToken }
            return Response(status: .noContent)
        }
    }
}

extension Response {
    /// What an OAuth 2.0 token endpoint answers (RFC 6749, section 5.1).
    fileprivate static func tokens(_ grant: Grant) -> Response {
        let body: JSONValue = [
            "access_token": .string(grant.access.token.reveal()), "token_type": "bearer",
            "expires_in": .number(String(grant.expiresIn.wholeSecondsRoundedUp)),
            "refresh_token": .string(grant.refreshToken.reveal()),
        ]
        return .json(body, headers: [.cacheControl: "no-store"])
    }
}

extension InputRule where Value == Password {
    /// A password that the policy takes; whether it is its owner's name or address is the flow's business.
    static func newPassword(_ policy: PasswordPolicy) -> Self {
        InputRule<Password>.password.compactMap { password throws(InputRefusal) in
            if let refusal = policy.refusal(of: password, username: nil, email: nil) { throw refusal }
            return password
        }
    }
}
