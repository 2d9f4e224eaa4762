public import GatewayKit

/// What administrators do to accounts over REST; every change is in force at once, everywhere.
///
/// `Administration.swift` is the same for operators at the command line, who may do all of it to themselves too.
/// `UserAdministration+Search.swift` finds accounts, `UserAdministration+Creation.swift` makes one, `UserChange.swift`
/// changes one; `Administrator` is who asks, and is looked at again in each transaction.
public struct UserAdministration: Sendable {
    let storage: any Storage
    let hasher: any PasswordHasher
    let revoker: Revoker
    let letters: Letters
    let time: any TimeSource
    let random: any RandomSource

    /// What became of something that is asked of one account.
    public enum Outcome<Value: Sendable>: Sendable {
        /// It is done, and this came of it.
        case done(Value)
        /// There is no such account.
        case missing
        /// It is the administrator's own account, which this must not be done to.
        case ownAccount
        /// The account is disabled, so that it would be in vain.
        case disabled
        /// The account is not what it was expected to be.
        case unexpected
        /// Whoever asks is no administrator any more.
        case gone
    }

    /// Whether an account is still what whoever wants it changed has seen; asked in the transaction that changes it.
    public typealias Expectation = @Sendable (Account) -> Bool

    /// One account.
    public func account(_ id: AccountID, for someone: Administrator) async throws(AccountsError) -> Outcome<Account> {
        try await storage.look { records throws(StorageError) in
            guard try records.recognizes(someone) else { return .gone }
            return try records.accounts.account(id).map { .done($0) } ?? .missing
        }
    }

    /// Deletes an account other than one's own, where it is as expected; its name is never given away again.
    public func delete(
        _ id: AccountID, by someone: Administrator, expecting isExpected: Expectation? = nil
    ) async throws(AccountsError) -> Outcome<Void> {
        let now = time.now()
        let outcome: Outcome<Void> = try await storage.commit { records throws(StorageError) in
            guard try records.recognizes(someone) else { return .gone }
            guard id != someone.session.accountID else { return .ownAccount }
            if let isExpected {
                guard let account = try records.accounts.account(id) else { return .missing }
                guard isExpected(account) else { return .unexpected }
            }
            let event = someone.asOperator.event(.accountDeleted, of: id, at: now)
            return try records.erase(id, revoker, at: now, event) ? .done(()) : .missing
        }
        if case .done = outcome { await revoker.settle() }
        return outcome
    }

    /// Ends all sessions and API keys of an account, and the links by which it could still be changed, or taken back to
    /// a former address.
    public func logOut(_ id: AccountID, by someone: Administrator) async throws(AccountsError) -> Outcome<Void> {
        let now = time.now()
        let outcome: Outcome<Void> = try await storage.commit { records throws(StorageError) in
            guard try records.recognizes(someone) else { return .gone }
            guard var account = try records.accounts.account(id) else { return .missing }
            account.version += 1
            try records.accounts.save(account)
            let ended = try records.endAll(of: id)
            try records.links.deleteAll(of: id, for: .restore)
            try records.audit.append(
                someone.asOperator.event(.loggedOutEverywhere, of: id, at: now, facts: ended.facts))
            try revoker.revoke(
                ended.keys + [.account(id, leastVersion: account.version)], at: now, in: records)
            return .done(())
        }
        if case .done = outcome { await revoker.settle() }
        return outcome
    }

    /// Mails an account a link that sets a new password, in place of earlier ones and of an invitation. How often is
    /// the administrator's business: what a stranger asked for does not count.
    public func sendReset(
        of id: AccountID, by someone: Administrator
    ) async throws(AccountsError) -> Outcome<Void> {
        let found = try await account(id, for: someone)
        guard case .done(let account) = found else { return found.map { _ in () } }
        let token = OpaqueToken(from: random)
        let mail = try letters.reset(to: account, with: token)
        let now = time.now()
        let link = Link(token, .reset, of: id, at: account.email, from: now, for: Recovery.linkLifetime)
        let outcome: Outcome<Void>? = try await storage.commit { records throws(StorageError) in
            guard try records.recognizes(someone) else { return .gone }
            guard let current = try records.accounts.account(id) else { return .missing }
            guard !current.isDisabled else { return .disabled }
            guard current.email == account.email else { return nil }
            for purpose in Link.Purpose.settingPassword { try records.links.deleteAll(of: id, for: purpose) }
            try records.links.insert(link)
            try records.outbox.enqueue(mail)
            try records.audit.append(someone.asOperator.event(.resetRequested, of: id, at: now))
            return .done(())
        }
        guard let outcome else { throw OwnerProof.keepsChanging }
        if case .done = outcome { letters.outbox.signal.poke() }
        return outcome
    }

    /// At most `limit` events of the audit trail, the youngest first, those behind a place alone when it is given; nil
    /// when whoever asks is no administrator any more.
    public func events(
        _ filter: AuditFilter, after place: AuditPlace?, limit: Int, for someone: Administrator
    ) async throws(AccountsError) -> AuditPage? {
        try await storage.look { records throws(StorageError) in
            guard try records.recognizes(someone) else { return nil }
            let events = try records.audit.page(filter, after: place, limit: limit + 1)
            let shown = Array(events.prefix(limit))
            return AuditPage(events: shown, next: events.count > limit ? shown.last?.place : nil)
        }
    }
}

/// A part of the audit trail.
public struct AuditPage: Hashable, Sendable {
    /// The events, the youngest first.
    public let events: [NumberedAuditEvent]
    /// Where the next page begins behind; nil for the last page.
    public let next: AuditPlace?
}

extension UserAdministration.Outcome {
    /// The same of something else that came of it.
    func map<Other>(_ transform: (Value) -> Other) -> UserAdministration.Outcome<Other> {
        switch self {
        case .done(let value): .done(transform(value))
        case .missing: .missing
        case .ownAccount: .ownAccount
        case .disabled: .disabled
        case .unexpected: .unexpected
        case .gone: .gone
        }
    }
}

/// What an operator's measure has ended, for the revocation log and for the audit trail.
struct EndedAccess {
    let keys: [Revocation.Subject]
    let sessions: Int

    var facts: [String: String] { ["sessions": "\(sessions)", "api_keys": "\(keys.count)"] }
}

extension Records {
    /// Removes all sessions and API keys of an account, and the links by which it could still be changed; the keys are
    /// to be revoked when all else is written. The link that takes the account back to a former address stays: at the
    /// command line nobody gives an account another address, so that it may be its owner's only way.
    func endAll(of id: AccountID) throws(StorageError) -> EndedAccess {
        let keys = try endKeys(of: id)
        let count = try sessions.endAll(of: id, except: nil).count
        try endPendingLinks(of: id)
        return EndedAccess(keys: keys, sessions: count)
    }
}
