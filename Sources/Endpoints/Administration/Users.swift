import Crypto
import Foundation
import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Everybody's accounts, for administrators.
    var users: [Endpoint] { [listUsers, createUser, showUser, changeUser, deleteUser, logOutUser, resetUser] }

    private var listUsers: Endpoint {
        Endpoint(routes.listUsers) { input, request, exchange in
            let (query, limit, term) = input
            let administrator = try caller.administrator(of: request, exchange)
            let page = try await calling { () async throws(AccountsError) in
                try await flows.users.accounts(
                    beginningWith: query ?? "", after: term, limit: Int(limit ?? 50), for: administrator)
            }
            guard let page else { throw Problem.invalidToken }
            return GatewayRoutes.usersListed.response(page)
        }
    }

    private var createUser: Endpoint {
        Endpoint(routes.createUser) { user, request, exchange in
            let administrator = try caller.administrator(of: request, exchange)
            let creation = try await calling { () async throws(AccountsError) in
                try await flows.users.create(user, by: administrator)
            }
            switch creation {
            case .created(let account):
                let place = "\(publicURL)/admin/users/\(account.id.text)"
                return GatewayRoutes.userCreated.response(
                    account, headers: [.location: place, .eTag: account.entityTag])
            case .passwordRefused(let refusal): throw Problem.invalidInput([InputProblem("password", refusal)])
            case .usernameTaken: throw Problem.usernameTaken
            case .emailTaken: throw Problem.emailTaken
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var showUser: Endpoint {
        Endpoint(routes.showUser) { _, request, exchange in
            let administrator = try caller.administrator(of: request, exchange)
            let id = try exchange.accountID
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.users.account(id, for: administrator)
            }
            return shown(try outcome.value)
        }
    }

    private var changeUser: Endpoint {
        Endpoint(routes.changeUser) { change, request, exchange in
            let administrator = try caller.administrator(of: request, exchange)
            let id = try exchange.accountID
            let expectation = try expectation(of: request)
            let changing = try await calling { () async throws(AccountsError) in
                try await flows.users.change(id, change, by: administrator, expecting: expectation)
            }
            switch changing {
            case .changed(let account): return shown(account)
            case .missing: throw Problem.notFound
            case .usernameTaken: throw Problem.usernameTaken
            case .emailTaken: throw Problem.emailTaken
            case .ownAccount: throw Problem.ownAccount
            case .unexpected: throw Problem.preconditionFailed
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var deleteUser: Endpoint {
        Endpoint(routes.deleteUser) { _, request, exchange in
            let administrator = try caller.administrator(of: request, exchange)
            let id = try exchange.accountID
            let expectation = try expectation(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.users.delete(id, by: administrator, expecting: expectation)
            }
            return GatewayRoutes.userDeleted.response(try outcome.value)
        }
    }

    private var logOutUser: Endpoint {
        Endpoint(routes.logOutUser) { _, request, exchange in
            let administrator = try caller.administrator(of: request, exchange)
            let id = try exchange.accountID
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.users.logOut(id, by: administrator)
            }
            return GatewayRoutes.userLoggedOut.response(try outcome.value)
        }
    }

    private var resetUser: Endpoint {
        Endpoint(routes.resetUser) { _, request, exchange in
            let administrator = try caller.administrator(of: request, exchange)
            let id = try exchange.accountID
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.users.sendReset(of: id, by: administrator)
            }
            _ = try outcome.value
            return GatewayRoutes.userReset.response("A mail is on its way to the account's address.")
        }
    }
}

extension GatewayEndpoints {
    private func shown(_ account: Account) -> Response {
        GatewayRoutes.userShown.response(account, headers: [.eTag: account.entityTag])
    }

    /// What the account is to be for the request to be done; nil where that does not matter.
    private func expectation(of request: Request) throws(Problem) -> UserAdministration.Expectation? {
        guard let condition = try IfMatch(request.headers) else { return nil }
        return { condition.includes($0.entityTag) }
    }
}

extension Account {
    /// The state of an account as administrators see it. The version tells of changes that nobody is shown, such as
    /// another password; it alone would miss a name that its owner changes, and a login.
    fileprivate var entityTag: String {
        let digest = SHA256.hash(data: GatewayRoutes.userShown.encoded(self))
        return "\"\(version)-\(Base64URL.encode(Array(digest.prefix(16))))\""
    }
}

extension Exchange {
    /// The account that the path names. Ids of other systems, which an import keeps, have characters that a path does
    /// not hold as they are.
    fileprivate var accountID: AccountID {
        get throws(Problem) {
            guard let text = parameter("id").removingPercentEncoding, !text.utf8.contains(0) else {
                throw Problem.notFound
            }
            return AccountID(text)
        }
    }
}

extension UserAdministration.Outcome {
    /// What came of it; throws ``Problem`` for a refusal.
    fileprivate var value: Value {
        get throws(Problem) {
            switch self {
            case .done(let value): value
            case .missing: throw Problem.notFound
            case .ownAccount: throw Problem.ownAccount
            case .disabled: throw Problem.accountDisabled
            case .unexpected: throw Problem.preconditionFailed
            case .gone: throw Problem.invalidToken
            }
        }
    }
}

extension Problem {
    /// An administrator would lock themselves out, and be perhaps the last one.
    fileprivate static let ownAccount = Problem(
        .forbidden,
        "You may not delete or disable your own account, leave the group of administrators, or give yourself another "
            + "address: another administrator can do so, and POST /auth/change-email changes the address.")
}
