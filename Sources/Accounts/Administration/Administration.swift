public import GatewayKit

/// What operators do to accounts; every change is in force at once, everywhere.
public struct Administration: Sendable {
    let storage: any Storage
    let hasher: any PasswordHasher
    let revoker: Revoker
    let letters: Letters
    let time: any TimeSource
    let random: any RandomSource

    /// Takes what operators' verbs work with, which is no issuer of tokens: looking at accounts, or changing them
    /// beside a running server, must neither make nor retire a signing key.
    public init(
        storage: any Storage, hasher: any PasswordHasher, outbox: Outbox, links: LinkSettings, publicURL: PublicURL,
        follower: any RevocationFollower, time: any TimeSource, random: any RandomSource
    ) {
        self.storage = storage
        self.hasher = hasher
        revoker = Revoker(follower: follower)
        letters = Letters(outbox: outbox, links: links, publicURL: publicURL, time: time, random: random)
        self.time = time
        self.random = random
    }

    /// What became of making an account.
    public enum Creation: Sendable {
        /// The account is there.
        case created(Account)
        /// The password will not do.
        case passwordRefused(InputRefusal)
        /// The name belongs to someone, or did.
        case usernameTaken
        /// The address belongs to someone.
        case emailTaken
    }

    /// What became of setting a password.
    public enum PasswordSetting: Sendable {
        /// The password is the new one, and every session and API key has ended.
        case changed
        /// The password will not do.
        case passwordRefused(InputRefusal)
        /// There is no such account.
        case missing
    }

    /// Makes an account; no mail is sent.
    public func create(
        _ username: Username, _ email: EmailAddress, isEmailVerified: Bool = false, password: Password,
        groups: Set<GroupName>, by someone: Operator
    ) async throws(AccountsError) -> Creation {
        if let refusal = hasher.policy.refusal(of: password, username: username, email: email) {
            return .passwordRefused(refusal)
        }
        let account = Account(
            id: AccountID(from: random), username: username, email: email, isEmailVerified: isEmailVerified,
            passwordHash: try await hasher.newHash(of: password), groups: groups.sorted(), createdAt: time.now())
        return try await storage.commit { records throws(StorageError) in
            guard try records.isFree(email, for: nil, at: account.createdAt) else {
                return try records.accounts.account(named: username) == nil ? .emailTaken : .usernameTaken
            }
            switch try records.accounts.insert(account) {
            case .stored: _ = try records.registrations.remove(username)
            case .usernameTaken: return .usernameTaken
            case .emailTaken: return .emailTaken
            case .missing: throw .broken(cause: Inconsistency(description: "a new account is missing"))
            }
            let facts = ["username": account.username.text, "groups": account.groups.commaSeparated]
            try records.audit.append(
                someone.event(.accountCreated, of: account.id, at: account.createdAt, facts: facts))
            return .created(account)
        }
    }

    /// The account of that name or address.
    public func account(named typed: String) async throws(AccountsError) -> Account? {
        let name = LoginName(typed)
        return try await storage.look { records throws(StorageError) in try name.account(in: records) }
    }

    /// At most `limit` accounts in ascending order of their names, those behind `after` alone when it is given.
    public func accounts(after: Username?, limit: Int) async throws(AccountsError) -> [Account] {
        try await storage.look { records throws(StorageError) in
            try records.accounts.page(after: after, limit: limit)
        }
    }

    /// At most `limit` accounts in ascending order of their ids, those behind `after` alone when it is given: who is
    /// renamed meanwhile is neither passed over nor seen twice.
    public func accountsByID(after: AccountID?, limit: Int) async throws(AccountsError) -> [Account] {
        try await storage.look { records throws(StorageError) in
            try records.accounts.pageByID(after: after, limit: limit)
        }
    }

    /// Sets an account's groups. Sessions go on, with new access tokens. The account as it is now, or nil for none.
    public func setGroups(
        of id: AccountID, to groups: Set<GroupName>, by someone: Operator
    ) async throws(AccountsError) -> Account? {
        let list = groups.sorted()
        return try await change(id, .groupsChanged, by: someone) { account in
            guard account.groups != list else { return nil }
            defer { account.groups = list }
            return ["groups": list.commaSeparated, "former": account.groups.commaSeparated]
        }
    }

    /// Closes an account and ends its sessions and API keys. The account as it is now, or nil for none.
    public func disable(_ id: AccountID, by someone: Operator) async throws(AccountsError) -> Account? {
        try await change(id, .accountDisabled, endsAll: true, by: someone) { account in
            guard !account.isDisabled else { return nil }
            account.isDisabled = true
            return [:]
        }
    }

    /// Opens an account again. The account as it is now, or nil for none.
    public func enable(_ id: AccountID, by someone: Operator) async throws(AccountsError) -> Account? {
        try await change(id, .accountEnabled, by: someone) { account in
            guard account.isDisabled else { return nil }
            account.isDisabled = false
            return [:]
        }
    }

    /// Sets an account's password, ends its sessions and API keys, and tells its owner.
    public func setPassword(
        of id: AccountID, to password: Password, by someone: Operator
    ) async throws(AccountsError) -> PasswordSetting {
        let found = try await storage.look { records throws(StorageError) in try records.accounts.account(id) }
        guard let found else { return .missing }
        if let refusal = hasher.policy.refusal(of: password, username: found.username, email: found.email) {
            return .passwordRefused(refusal)
        }
        let hash = try await hasher.newHash(of: password)
        let changed = try await change(id, .passwordChanged, endsAll: true, tellsOwner: true, by: someone) {
            $0.passwordHash = hash
            return [:]
        }
        return changed == nil ? .missing : .changed
    }

    /// Deletes an account; its name is never given away again. Whether it was there.
    public func delete(_ id: AccountID, by someone: Operator) async throws(AccountsError) -> Bool {
        let now = time.now()
        let isDeleted = try await storage.commit { records throws(StorageError) in
            try records.erase(id, revoker, at: now, someone.event(.accountDeleted, of: id, at: now))
        }
        if isDeleted { await revoker.settle() }
        return isDeleted
    }

    /// Changes an account, raises its version and revokes the tokens that were issued under the old one; with
    /// `endsAll`, its sessions and API keys end too. `apply` gives the facts for the audit trail, or nil when there was
    /// nothing to change.
    private func change(
        _ id: AccountID, _ kind: AuditEvent.Kind, endsAll: Bool = false, tellsOwner: Bool = false,
        by someone: Operator, apply: @escaping @Sendable (inout Account) -> [String: String]?
    ) async throws(AccountsError) -> Account? {
        let now = time.now()
        let changed: Account? = try await storage.commit { records throws(StorageError) in
            guard var account = try records.accounts.account(id) else { return nil }
            guard var facts = apply(&account) else { return account }
            account.version += 1
            try records.accounts.save(account)
            let ended = endsAll ? try records.endAll(of: id) : nil
            facts.merge(ended?.facts ?? [:]) { $1 }
            if kind == .passwordChanged { try records.guesses.clear(GuessKey(id).text) }
            try records.audit.append(someone.event(kind, of: id, at: now, facts: facts))
            if tellsOwner { try records.outbox.enqueue(notice(to: account)) }
            try revoker.revoke(
                (ended?.keys ?? []) + [.account(id, leastVersion: account.version)], at: now, in: records)
            return account
        }
        if tellsOwner { letters.outbox.signal.poke() }
        await revoker.settle()
        return changed
    }

    /// That the password was changed, to the address that the account has then: hashing takes a while.
    private func notice(to account: Account) throws(StorageError) -> OutboxMail {
        do throws(AccountsError) {
            return try letters.passwordChanged(to: account)
        } catch {
            throw .broken(cause: error)
        }
    }
}

extension [GroupName] {
    /// As the audit trail has them.
    var commaSeparated: String { map(\.text).joined(separator: ",") }
}

extension Operator {
    /// An event of the audit trail that this operator caused.
    func event(
        _ kind: AuditEvent.Kind, of account: AccountID, at moment: Timestamp, facts: [String: String] = [:]
    ) -> AuditEvent {
        visitor.event(kind, of: account, at: moment, by: actor, facts: facts)
    }
}
