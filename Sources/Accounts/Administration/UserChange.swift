public import GatewayKit

/// What an administrator changes of an account; what is nil stays.
public struct UserChange: Hashable, Sendable {
    /// The name to log in with.
    public var username: Username?
    /// The address that mail goes to.
    public var email: EmailAddress?
    /// Whether the address is known to be its owner's; nil with another address means that it is not.
    public var isEmailVerified: Bool?
    /// All groups.
    public var groups: Set<GroupName>?
    /// Whether nobody can use the account.
    public var isDisabled: Bool?

    /// States what changes.
    public init(
        username: Username? = nil, email: EmailAddress? = nil, isEmailVerified: Bool? = nil,
        groups: Set<GroupName>? = nil, isDisabled: Bool? = nil
    ) {
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.groups = groups
        self.isDisabled = isDisabled
    }

    /// Whether whoever does this to their own account is no administrator behind it.
    var endsAdministration: Bool { isDisabled == true || groups.map { !$0.contains(Administrator.group) } ?? false }

    /// An account as it is afterwards.
    func applied(to account: Account) -> Account {
        var changed = account
        if let username { changed.username = username }
        if let email, email != account.email {
            changed.email = email
            changed.isEmailVerified = false
        }
        if let isEmailVerified { changed.isEmailVerified = isEmailVerified }
        if let groups { changed.groups = groups.sorted() }
        if let isDisabled { changed.isDisabled = isDisabled }
        return changed
    }
}

extension UserAdministration {
    /// What became of changing an account.
    public enum Changing: Sendable {
        /// The account as it is now.
        case changed(Account)
        /// There is no such account.
        case missing
        /// The name belongs to someone else, or did.
        case usernameTaken
        /// The address belongs to someone else, or can be taken back by someone else.
        case emailTaken
        /// Whoever asks would be no administrator any more.
        case ownAccount
        /// The account is not what it was expected to be.
        case unexpected
        /// Whoever asks is no administrator any more.
        case gone
    }

    /// Changes an account that is as expected: all of it, or nothing. Its access tokens end; its sessions go on with
    /// new ones, unless it is disabled, which ends them, and its API keys.
    ///
    /// An address that was confirmed is told of another that takes its place, and gets no link that takes the account
    /// back: what an administrator does is not for whoever reads an old mailbox to undo. Older such links end too.
    public func change(
        _ id: AccountID, _ change: UserChange, by someone: Administrator, expecting isExpected: Expectation? = nil
    ) async throws(AccountsError) -> Changing {
        if id == someone.session.accountID, change.endsAdministration { return .ownAccount }
        for _ in 1...2 {
            let found = try await account(id, for: someone)
            guard case .done(let former) = found else {
                if case .gone = found { return .gone } else { return .missing }
            }
            // Nor does a slip, or a token that was stolen, give the account to whoever reads another mailbox.
            let changed = change.applied(to: former)
            let isDoubted = former.isEmailVerified && !changed.isEmailVerified
            if id == someone.session.accountID, changed.email != former.email || isDoubted { return .ownAccount }
            let tells = former.isEmailVerified && changed.email != former.email
            let notice = tells ? try letters.addressChanged(of: former) : nil
            let changing: Changing? = try await storage.commit { records throws(StorageError) in
                guard try records.recognizes(someone) else { return .gone }
                guard let current = try records.accounts.account(id) else { return .missing }
                guard isExpected?(current) != false else { return .unexpected }
                // The notice was written to what was found.
                guard (current.email, current.isEmailVerified) == (former.email, former.isEmailVerified) else {
                    return nil
                }
                return try store(change, of: current, telling: notice, by: someone.asOperator, records)
            }
            guard let changing else { continue }
            if case .changed = changing {
                if notice != nil { letters.outbox.signal.poke() }
                await revoker.settle()
            }
            return changing
        }
        throw OwnerProof.keepsChanging
    }

    private func store(
        _ change: UserChange, of former: Account, telling notice: OutboxMail?, by someone: Operator,
        _ records: any Records
    ) throws(StorageError) -> Changing {
        let now = time.now()
        var account = change.applied(to: former)
        // An address that is stated is meant to stay, also where the account has it by now.
        if change.email != nil, account.email == former.email { try records.endLinks(of: account.id) }
        guard account != former else { return .changed(former) }
        account.version += 1
        if account.email != former.email, try !records.isFree(account.email, for: former.id, at: now) {
            // A taken name is reported before a taken address.
            let owner = try records.accounts.account(named: account.username)?.id
            return owner == nil || owner == former.id ? .emailTaken : .usernameTaken
        }
        switch try records.accounts.update(account) {
        case .stored: break
        case .usernameTaken: return .usernameTaken
        case .emailTaken: return .emailTaken
        case .missing: throw .broken(cause: Inconsistency(description: "an account that was read is missing"))
        }
        if account.email != former.email { try records.endLinks(of: account.id) }
        let isClosed = account.isDisabled && !former.isDisabled
        let ended = isClosed ? try records.endAll(of: account.id) : nil
        if isClosed { try records.links.deleteAll(of: account.id, for: .restore) }
        for (kind, facts) in Self.events(of: account, after: former, ended) {
            try records.audit.append(someone.event(kind, of: account.id, at: now, facts: facts))
        }
        if let notice { try records.outbox.enqueue(notice) }
        try revoker.revoke(ended?.keys ?? [], at: now, in: records)
        try revoker.revoke(.account(account.id, leastVersion: account.version), at: now, in: records)
        return .changed(account)
    }

    /// An event for each thing that is other than before.
    private static func events(
        of account: Account, after former: Account, _ ended: EndedAccess?
    ) -> [(AuditEvent.Kind, [String: String])] {
        var events: [(AuditEvent.Kind, [String: String])] = []
        if account.username != former.username {
            events.append((.renamed, ["from": former.username.text, "to": account.username.text]))
        }
        if account.email != former.email {
            events.append((.addressChanged, ["verified": "\(account.isEmailVerified)"]))
        } else if account.isEmailVerified != former.isEmailVerified {
            events.append((account.isEmailVerified ? .addressConfirmed : .addressDoubted, [:]))
        }
        if account.groups != former.groups {
            events.append(
                (
                    .groupsChanged,
                    ["groups": account.groups.commaSeparated, "former": former.groups.commaSeparated]
                ))
        }
        if account.isDisabled != former.isDisabled {
            events.append((account.isDisabled ? .accountDisabled : .accountEnabled, ended?.facts ?? [:]))
        }
        return events
    }
}

extension Records {
    /// Removes every link by which an account could be changed, or taken back to a former address.
    fileprivate func endLinks(of account: AccountID) throws(StorageError) {
        for purpose in [.verify, .change, .restore] + Link.Purpose.settingPassword {
            try links.deleteAll(of: account, for: purpose)
        }
    }
}
