public import GatewayKit

/// Makes an account for someone who asks for one, or, where addresses are to be confirmed first, what becomes one.
///
/// `PendingRegistrations.swift` has the latter.
public struct Registration: Sendable {
    let settings: RegistrationSettings
    let storage: any Storage
    let hasher: any PasswordHasher
    let pending: PendingRegistrations
    let letters: Letters
    let time: any TimeSource
    let random: any RandomSource
    let results: OutcomeCounter<RegistrationResult>

    /// What became of it.
    public enum Outcome: Sendable {
        /// The account is there, and a welcome is on its way.
        case registered(Account)
        /// There will be an account once the address is confirmed, if it can be; nobody is told whether it can.
        case awaitsConfirmation(Username)
        /// Only operators make accounts here.
        case closed
        /// The password will not do.
        case passwordRefused(InputRefusal)
        /// The address will not do.
        case emailRefused(InputRefusal)
        /// The name belongs to someone, or did.
        case usernameTaken
        /// The address belongs to someone.
        case emailTaken
    }

    /// Registers someone; a taken name is reported before a taken address.
    public func register(
        _ username: Username, _ email: EmailAddress, password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        let made = try await results.counting({ $0.result }, failureAs: .failed) {
            () async throws(AccountsError) -> Attempt in
            try await attempt(username, email, password, from: visitor)
        }
        return made.outcome
    }

    private typealias Attempt = (outcome: Outcome, result: RegistrationResult)

    private func attempt(
        _ username: Username, _ email: EmailAddress, _ password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Attempt {
        guard settings.isOpen else { return (.closed, .closed) }
        if let refusal = settings.refusal(of: email) { return (.emailRefused(refusal), .emailRefused) }
        if let refusal = hasher.policy.refusal(of: password, username: username, email: email) {
            return (.passwordRefused(refusal), .passwordRefused)
        }
        if let taken = try await takenPart(username, email) { return taken }
        let hash = try await hasher.newHash(of: password)
        guard settings.confirmation == .required else {
            return try await makeAccount(username, email, password: hash, from: visitor)
        }
        return switch try await pending.begin(username, email, password: hash, from: visitor) {
        case .begun: (.awaitsConfirmation(username), .pending)
        case .addressTaken: (.awaitsConfirmation(username), .emailTaken)
        case .usernameTaken: (.usernameTaken, .usernameTaken)
        }
    }

    private func makeAccount(
        _ username: Username, _ email: EmailAddress, password hash: PasswordHash, from visitor: Visitor
    ) async throws(AccountsError) -> Attempt {
        let account = Account(
            id: AccountID(from: random), username: username, email: email, passwordHash: hash, createdAt: time.now())
        let token = OpaqueToken(from: random)
        let welcome =
            settings.confirmation == .off
            ? try letters.welcome(to: account) : try letters.welcome(to: account, toVerifyBy: token)
        let link = Link(
            token, .verify, of: account.id, at: email, from: account.createdAt, for: AddressConfirmation.linkLifetime)
        let change: AccountChange = try await storage.commit { records throws(StorageError) in
            guard try records.registrations.registration(named: username, at: account.createdAt) == nil else {
                return .usernameTaken
            }
            guard try records.isFree(email, for: nil, at: account.createdAt) else {
                return try records.accounts.account(named: username) == nil ? .emailTaken : .usernameTaken
            }
            let change = try records.accounts.insert(account)
            guard change == .stored else { return change }
            try records.outbox.enqueue(welcome)
            if settings.confirmation != .off { try records.links.insert(link) }
            let facts = ["username": account.username.text]
            try records.audit.append(
                visitor.event(.registered, of: account.id, at: account.createdAt, facts: facts))
            return change
        }
        switch change {
        case .stored:
            letters.outbox.signal.poke()
            return (.registered(account), .registered)
        case .usernameTaken: return (.usernameTaken, .usernameTaken)
        case .emailTaken: return (.emailTaken, .emailTaken)
        case .missing: throw .broken(cause: Inconsistency(description: "a new account is missing"))
        }
    }

    /// Spares the hash for what can be seen to be taken, and may be told; the insertion has the last word.
    private func takenPart(_ username: Username, _ email: EmailAddress) async throws(AccountsError) -> Attempt? {
        let now = time.now()
        return try await storage.look { records throws(StorageError) in
            guard try records.accounts.account(named: username) == nil,
                try records.registrations.registration(named: username, at: now) == nil
            else { return (.usernameTaken, .usernameTaken) }
            guard settings.confirmation != .required, try !records.isFree(email, for: nil, at: now) else { return nil }
            return (.emailTaken, .emailTaken)
        }
    }
}
