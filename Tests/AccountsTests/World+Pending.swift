import GatewayAccounts
import GatewayKit
import Testing

/// What people do where addresses are to be confirmed first, whatever the world's own file says.
extension World {
    /// A world whose file says so.
    static func required() throws -> World {
        try World(registration: RegistrationSettings(isOpen: true, confirmation: .required))
    }

    /// Registers someone who waits.
    func wait(_ name: String, _ email: String? = nil) async throws {
        let outcome = try await register(name, email ?? "\(name)@example.com")
        guard outcome == "waits" else { throw Unexpected(outcome) }
    }

    /// What someone is told who registers, with ``password``.
    func register(_ name: String, _ email: String, from visitor: Visitor? = nil) async throws -> String {
        let outcome = try await flows(.required).registration.register(
            try Username(name), try EmailAddress(email), password: Self.password, from: visitor ?? self.visitor)
        guard case .awaitsConfirmation(let username) = outcome else { return "\(outcome)" }
        #expect(username.text == name)
        return "waits"
    }

    /// What someone is told who logs in.
    func enter(_ name: String, _ password: Password = Self.password) async throws -> String {
        let outcome = try await flows(.required).login.logIn(as: name, password: password, from: visitor)
        return switch outcome {
        case .loggedIn: "in"
        case .refused: "refused"
        case .unverified: "unverified"
        case .tooManyGuesses(let retryAfter): "\(retryAfter.wholeSecondsRoundedUp)"
        }
    }

    /// Asks for a link again.
    func resend(_ email: String) async throws {
        try await flows(.required).confirmation.request(for: try EmailAddress(email), from: visitor)
    }

    /// Whether a link confirms something.
    func confirm(_ token: OpaqueToken) async throws -> Bool {
        try await flows(.required).confirmation.confirm(by: token, from: visitor) == .confirmed
    }

    /// Makes an account as an operator does.
    @discardableResult
    func make(_ name: String, _ email: String, isVerified: Bool = true) async throws -> Account {
        let creation = try await flows.administration.create(
            try Username(name), try EmailAddress(email), isEmailVerified: isVerified, password: Self.password,
            groups: [], by: .commandLine)
        guard case .created(let account) = creation else { throw Unexpected(creation) }
        return account
    }
}
