public import GatewayKit

/// Makes an account for someone who asks for one.
public struct Registration: Sendable {
    let settings: RegistrationSettings
    let storage: any Storage
    let hasher: any PasswordHasher
    let letters: Letters
    let time: any TimeSource
    let random: any RandomSource
    let results: OutcomeCounter<RegistrationResult>

    /// What became of it.
    public enum Outcome: Sendable {
        /// The account is there, and a welcome is on its way.
        case registered(Account)
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
        try await results.counting(RegistrationResult.init, failureAs: .failed) { () async throws(AccountsError) in
            try await attempt(username, email, password, from: visitor)
        }
    }

    private func attempt(
        _ username: Username, _ email: EmailAddress, _ password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        guard settings.isOpen else { return .closed }
        if let refusal = settings.refusal(of: email) { return .emailRefused(refusal) }
        if let refusal = hasher.policy.refusal(of: password, username: username, email: email) {
            return .passwordRefused(refusal)
        }
        if let taken = try await takenPart(username, email) { return taken }
        let account = Account(
            id: AccountID(from: random), username: username, email: email,
            passwordHash: try await hasher.newHash(of: password), createdAt: time.now())
        let token = OpaqueToken(from: random)
        let welcome =
            settings.confirmation == .off
            ? try letters.welcome(to: account) : try letters.welcome(to: account, toVerifyBy: token)
        let link = Link(
            token, .verify, of: account.id, at: email, from: account.createdAt, for: AddressConfirmation.linkLifetime)
        let change: AccountChange = try await storage.commit { records throws(StorageError) in
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
            return .registered(account)
        case .usernameTaken: return .usernameTaken
        case .emailTaken: return .emailTaken
        case .missing: throw .broken(cause: Inconsistency(description: "a new account is missing"))
        }
    }

    /// Spares the hash for what can be seen to be taken, and may be told; the insertion has the last word.
    private func takenPart(_ username: Username, _ email: EmailAddress) async throws(AccountsError) -> Outcome? {
        let now = time.now()
        return try await storage.look { records throws(StorageError) in
            if try records.accounts.account(named: username) != nil { return .usernameTaken }
            return try records.isFree(email, for: nil, at: now) ? nil : .emailTaken
        }
    }
}
