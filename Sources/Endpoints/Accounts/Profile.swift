import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// One's own account.
    var profile: [Endpoint] { [me, rename, changePassword, delete] }

    private var me: Endpoint {
        let route = Route(
            .get, "/auth/me", "Shows one's own account.", security: .bearer,
            answers: [.init(.ok, "The account.")], refusals: [.invalidToken])
        return Endpoint(route) { _, request, _ in
            let claims = try caller.claims(of: request)
            let account = try await calling { () async throws(AccountsError) in
                try await flows.profile.account(of: claims)
            }
            guard let account else { throw Problem.invalidToken }
            return Response.account(account)
        }
    }

    private var rename: Endpoint {
        let route = Route(
            .patch, "/auth/me", "Renames one's own account; the old name is never given to anybody else.",
            input: .object([.json], InputField("username", .username, "The new name.")) { $0 },
            security: .bearer, answers: [.init(.ok, "The account.")], refusals: [.invalidToken, .usernameTaken],
            admit: caller.admit)
        return Endpoint(route) { name, request, exchange in
            let claims = try caller.claims(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.profile.rename(claims, to: name, from: Visitor(request, exchange))
            }
            switch outcome {
            case .renamed(let account): return Response.account(account)
            case .usernameTaken: throw Problem.usernameTaken
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var changePassword: Endpoint {
        let route = Route(
            .post, "/auth/change-password", "Sets another password and ends the other sessions.",
            input: .object(
                [.json], InputField("current_password", .password, "The password until now."),
                InputField("new_password", .newPassword(policy), "The password from now on.")
            ) { ($0, $1) },
            security: .bearer, answers: [.init(.noContent, "The password is the new one.")],
            refusals: [.invalidToken, .invalidCredentials, .tooManyRequests, .busy], admit: caller.admit)
        return Endpoint(route) { input, request, exchange in
            let (current, new) = input
            let claims = try caller.claims(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.passwordChange.change(
                    claims, from: current, to: new, by: Visitor(request, exchange))
            }
            switch outcome {
            case .changed: return Response(status: .noContent)
            case .passwordRefused(let refusal): throw Problem.invalidInput([InputProblem("new_password", refusal)])
            case .wrongPassword: throw Problem.invalidCredentials
            case .tooManyGuesses(let retryAfter): throw Problem.tooManyRequests(retryAfter: retryAfter)
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var delete: Endpoint {
        let route = Route(
            .delete, "/auth/me", "Deletes one's own account; its name is never given to anybody else.",
            input: .object([.json], InputField("current_password", .password, "The password.")) { $0 },
            security: .bearer, answers: [.init(.noContent, "The account is gone.")],
            refusals: [.invalidToken, .invalidCredentials, .tooManyRequests, .busy], admit: caller.admit)
        return Endpoint(route) { password, request, exchange in
            let claims = try caller.claims(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.deletion.delete(claims, password: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .deleted: return Response(status: .noContent)
            case .wrongPassword: throw Problem.invalidCredentials
            case .tooManyGuesses(let retryAfter): throw Problem.tooManyRequests(retryAfter: retryAfter)
            case .gone: throw Problem.invalidToken
            }
        }
    }
}

extension Response {
    /// An account as its owner sees it.
    fileprivate static func account(_ account: Account) -> Response {
        let body: JSONValue = [
            "id": .string(account.id.text), "username": .string(account.username.text),
            "email": .string(account.email.text), "email_verified": .boolean(account.isEmailVerified),
            "groups": .array(account.groups.map { .string($0.text) }),
            "created_at": .string(account.createdAt.iso8601),
            "last_login_at": account.lastLoginAt.map { .string($0.iso8601) } ?? .null,
        ]
        return .json(body, headers: [.cacheControl: "no-store"])
    }
}
