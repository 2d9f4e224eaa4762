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
        if let refusal = hasher.policy.refusal(of: password, username: username, email: email) {
            return .passwordRefused(refusal)
        }
        if let taken = try await takenPart(username, email) { return taken }
        let account = Account(
            id: AccountID(from: random), username: username, email: email,
            passwordHash: try await hasher.newHash(of: password), createdAt: time.now())
        let welcome = try letters.welcome(to: account)
        let change = try await storage.commit { records throws(StorageError) in
            let change = try records.accounts.insert(account)
            guard change == .stored else { return change }
            try records.outbox.enqueue(welcome)
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

    /// Spares the hash for what can be seen to be taken; the insertion has the last word.
    private func takenPart(_ username: Username, _ email: EmailAddress) async throws(AccountsError) -> Outcome? {
        try await storage.look { records throws(StorageError) in
            if try records.accounts.account(named: username) != nil { return .usernameTaken }
            return try records.accounts.account(addressed: email) != nil ? .emailTaken : nil
        }
    }
}
