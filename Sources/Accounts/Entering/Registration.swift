public import GatewayKit

/// Makes an account for someone who asks for one.
public struct Registration: Sendable {
    let settings: RegistrationSettings
    let storage: any Storage
    let hasher: any PasswordHasher
    let requests: GuessGuard
    let letters: Letters
    let time: any TimeSource
    let random: any RandomSource
    let results: OutcomeCounter<RegistrationResult>

    /// What became of it.
    public enum Outcome: Sendable {
        /// The account is there, and a mail is on its way. Where addresses must be confirmed, so it seems for one that
        /// somebody else has, too: the account cannot be used, and the mail tells them.
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
            let isFree = try records.isFree(email, for: nil, at: account.createdAt)
            guard isFree || settings.confirmation == .required else { return .emailTaken }
            let change = try records.accounts.insert(isFree ? account : account.hidden)
            guard change == .stored else { return change }
            if isFree {
                try records.outbox.enqueue(welcome)
                if settings.confirmation != .off { try records.links.insert(link) }
            }
            let facts = ["username": account.username.text]
            try records.audit.append(
                visitor.event(.registered, of: account.id, at: account.createdAt, facts: facts))
            return change
        }
        switch change {
        case .stored:
            if settings.confirmation == .required {
                try await tellOwner(of: email, unless: account.id, from: visitor)
            }
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
            let isFree = try records.isFree(email, for: nil, at: now)
            return isFree || settings.confirmation == .required ? nil : .emailTaken
        }
    }

    /// Tells whoever has an address that somebody else wanted it; the same work is done where that is nobody.
    private func tellOwner(
        of email: EmailAddress, unless new: AccountID, from visitor: Visitor
    ) async throws(AccountsError) {
        let owner = try await storage.look { records throws(StorageError) in
            try records.accounts.account(addressed: email)
        }
        let isAnother = owner?.id != new
        let note = try letters.addressInUse(to: owner ?? .stranger(at: email, random, time))
        try await storage.commit { records throws(StorageError) in
            try records.outbox.enqueue(note)
            guard isAnother else { return try records.outbox.delivered(note.id) }
            if try !records.tell(owner, at: email, of: requests, from: visitor) {
                try records.outbox.delivered(note.id)
            }
        }
    }
}

extension Account {
    /// The same with an address that no mail reaches (RFC 2606, section 2) and nobody can confirm. It answers a login
    /// as any account does whose address is to be confirmed: so nobody finds out by registering who is here.
    fileprivate var hidden: Account {
        var account = self
        account.email = EmailAddress(stored: "\(id.text)@unconfirmed.invalid")
        return account
    }
}
