public import GatewayKit

/// Lets people who have forgotten their password set a new one, by a link mailed to the account's address.
public struct Recovery: Sendable {
    let storage: any Storage
    let hasher: any PasswordHasher
    let link: LinkRequest
    let guesses: GuessGuard
    let revoker: Revoker
    let letters: Letters
    let time: any TimeSource
    let results: OutcomeCounter<ResetResult>

    /// How long a link works.
    static let linkLifetime = Duration.seconds(30 * 60)
    /// How often one account is mailed a link.
    static let requestLimits = LoginSettings.Guesses(
        perAccount: RateLimit(count: 5, per: .seconds(15 * 60)), backOffUpTo: .seconds(3600))

    /// What became of a reset.
    public enum Outcome: Sendable {
        /// The password is the new one, and every session and API key has ended.
        case reset
        /// The link is unknown, used or expired.
        case invalidLink
        /// The new password will not do; the link stays good.
        case passwordRefused(InputRefusal)
    }

    /// Mails a link to the account of that address, in place of earlier ones; for an address that nobody has, or that
    /// was mailed too often lately, the same work is done in vain.
    public func requestReset(for email: EmailAddress, from visitor: Visitor) async throws(AccountsError) {
        try await link.mail(to: email, from: visitor)
    }

    /// Sets a new password by a mailed link. Whoever follows it has got the mail, so the address counts as confirmed.
    public func reset(
        by token: OpaqueToken, to password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        try await results.counting(ResetResult.init, failureAs: .failed) { () async throws(AccountsError) in
            try await attempt(token, password, from: visitor)
        }
    }

    private func attempt(
        _ token: OpaqueToken, _ password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        let account = try await storage.look { records throws(StorageError) in try owner(of: token, in: records) }
        guard let account else { return .invalidLink }
        if let refusal = hasher.policy.refusal(of: password, username: account.username, email: account.email) {
            return .passwordRefused(refusal)
        }
        let hash = try await hasher.newHash(of: password)
        let notice = try letters.passwordChanged(to: account)
        let isReset = try await storage.commit { records throws(StorageError) in
            try self.store(hash, token, notice, visitor, records)
        }
        guard isReset else { return .invalidLink }
        letters.outbox.signal.poke()
        await revoker.settle()
        return .reset
    }

    /// The account that a link works for now.
    private func owner(of token: OpaqueToken, in records: any Records) throws(StorageError) -> Account? {
        guard let link = try records.links.passwordLink(token.hash), time.now() < link.expiresAt,
            let account = try records.accounts.account(link.accountID), account.email == link.email,
            !account.isDisabled
        else { return nil }
        return account
    }

    private func store(
        _ hash: PasswordHash, _ token: OpaqueToken, _ notice: OutboxMail, _ visitor: Visitor, _ records: any Records
    ) throws(StorageError) -> Bool {
        guard var account = try owner(of: token, in: records), try records.links.consume(token.hash) else {
            return false
        }
        let now = time.now()
        account.passwordHash = hash
        account.isEmailVerified = true
        account.version += 1
        try records.accounts.save(account)
        let ended = try records.sessions.endAll(of: account.id, except: nil)
        let keys = try records.endKeys(of: account.id)
        try records.endPendingLinks(of: account.id)
        try guesses.forgive(account.id, in: records)
        try records.audit.append(
            visitor.event(
                .passwordReset, of: account.id, at: now,
                facts: ["sessions": "\(ended.count)", "api_keys": "\(keys.count)"]))
        try records.outbox.enqueue(notice)
        try revoker.revoke(keys, at: now, in: records)
        try revoker.revoke(.account(account.id, leastVersion: account.version), at: now, in: records)
        return true
    }
}
