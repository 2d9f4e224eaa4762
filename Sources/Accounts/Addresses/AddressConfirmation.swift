public import GatewayKit

/// Confirms addresses by mailed links: the one that an account has, another that it is to have, or the one of a
/// registration, which becomes an account by that.
public struct AddressConfirmation: Sendable {
    let storage: any Storage
    let link: LinkRequest
    let registrations: PendingRegistrations
    let revoker: Revoker
    let letters: Letters
    let time: any TimeSource
    let random: any RandomSource
    let results: OutcomeCounter<ConfirmationResult>

    /// How long a link works.
    static let linkLifetime = Duration.seconds(24 * 3600)

    /// What became of following a link.
    public enum Outcome: Sendable {
        /// The address is the account's, and known to be its owner's.
        case confirmed
        /// The link is unknown, used or expired, or the address is somebody else's by now.
        case invalidLink
    }

    /// Mails a link to the account of that address, in place of earlier ones, where it is still to be confirmed; for
    /// any other address, or one that was mailed too often lately, the same work is done in vain. Likewise for what
    /// waits to become an account.
    public func request(for email: EmailAddress, from visitor: Visitor) async throws(AccountsError) {
        try await link.mail(to: email, from: visitor)
        try await registrations.mailAgain(to: email, from: visitor)
    }

    /// The name of the account or registration that a mailed link is for, as long as the link works: whoever has the
    /// link is to know whose account gets their address. Consumes nothing.
    public func name(linkedBy token: OpaqueToken) async throws(AccountsError) -> Username? {
        let now = time.now()
        return try await storage.look { records throws(StorageError) in
            if let found = try target(of: token, in: records) { return found.account.username }
            return try records.registrations.registration(linkedBy: token.hash, at: now)?.username
        }
    }

    /// Confirms an address by a mailed link. Where it is another than the account has, it takes that one's place, which
    /// is told and can be taken back.
    public func confirm(by token: OpaqueToken, from visitor: Visitor) async throws(AccountsError) -> Outcome {
        try await results.counting(ConfirmationResult.init, failureAs: .failed) { () async throws(AccountsError) in
            try await follow(token, from: visitor)
        }
    }

    private func follow(_ token: OpaqueToken, from visitor: Visitor) async throws(AccountsError) -> Outcome {
        let found = try await storage.look { records throws(StorageError) in try target(of: token, in: records) }
        guard let found else {
            return try await registrations.confirm(by: token, from: visitor) ? .confirmed : .invalidLink
        }
        let restoring = OpaqueToken(from: random)
        // An address that was never confirmed may be a stranger's, who must not get a way into the account.
        let notice =
            found.account.isEmailVerified
            ? try letters.addressChanged(of: found.account, toRestoreBy: restoring)
            : try letters.addressChanged(of: found.account)
        let isConfirmed = try await storage.commit { records throws(StorageError) in
            guard let (link, account) = try target(of: token, in: records), account.email == found.account.email,
                account.isEmailVerified == found.account.isEmailVerified, try records.links.consume(token.hash)
            else { return false }
            return link.purpose == .change
                ? try change(account, to: link.email, telling: notice, restoring, from: visitor, records)
                : try note(account, from: visitor, records)
        }
        guard isConfirmed else { return .invalidLink }
        letters.outbox.signal.poke()
        await revoker.settle()
        return .confirmed
    }

    /// The account that a link works for now, and the link.
    private func target(
        of token: OpaqueToken, in records: any Records
    ) throws(StorageError) -> (link: Link, account: Account)? {
        var found = try records.links.link(token.hash, for: .verify)
        if found == nil { found = try records.links.link(token.hash, for: .change) }
        guard let link = found, time.now() < link.expiresAt,
            let account = try records.accounts.account(link.accountID), !account.isDisabled,
            link.purpose == .change || account.email == link.email
        else { return nil }
        return (link, account)
    }

    private func note(
        _ account: Account, from visitor: Visitor, _ records: any Records
    ) throws(StorageError) -> Bool {
        let now = time.now()
        var account = account
        account.isEmailVerified = true
        account.version += 1
        try records.accounts.save(account)
        try records.links.deleteAll(of: account.id, for: .verify)
        try records.audit.append(visitor.event(.addressConfirmed, of: account.id, at: now))
        try revoker.revoke(.account(account.id, leastVersion: account.version), at: now, in: records)
        return true
    }

    private func change(
        _ former: Account, to address: EmailAddress, telling notice: OutboxMail, _ restoring: OpaqueToken,
        from visitor: Visitor, _ records: any Records
    ) throws(StorageError) -> Bool {
        let now = time.now()
        guard try records.isFree(address, for: former.id, at: now) else { return false }
        var account = former
        account.email = address
        account.isEmailVerified = true
        account.version += 1
        guard try records.accounts.update(account) == .stored else { return false }
        for purpose in [.verify, .change] + Link.Purpose.settingPassword {
            try records.links.deleteAll(of: account.id, for: purpose)
        }
        try records.outbox.enqueue(notice)
        if former.isEmailVerified {
            try records.links.insert(
                Link(
                    restoring, .restore, of: account.id, at: former.email, from: now,
                    for: AddressChange.restoringLifetime))
        }
        try records.audit.append(visitor.event(.addressChanged, of: account.id, at: now))
        try revoker.revoke(.account(account.id, leastVersion: account.version), at: now, in: records)
        return true
    }
}

extension Records {
    /// Whether nobody but an account has an address, and no link can give it back to anybody else.
    func isFree(_ address: EmailAddress, for account: AccountID?, at moment: Timestamp) throws(StorageError) -> Bool {
        if let owner = try accounts.account(addressed: address)?.id, owner != account { return false }
        let heir = try links.heir(of: address, at: moment)
        return heir == nil || heir == account
    }
}

extension Records {
    /// Removes the links by which whoever had an account until now could still change it: each flow that makes it safe
    /// calls this.
    func endPendingLinks(of account: AccountID) throws(StorageError) {
        for purpose in Link.Purpose.settingPassword + [.change] { try links.deleteAll(of: account, for: purpose) }
    }

    /// Whether somebody whose address others want is to be told so: they have it still, and were not told too often.
    func tell(
        _ owner: Account?, at address: EmailAddress, of requests: GuessGuard, from visitor: Visitor
    ) throws(StorageError) -> Bool {
        guard let owner, let current = try accounts.account(addressed: address), current.id == owner.id,
            !current.isDisabled
        else { return false }
        return try requests.take(
            GuessKey(owner.id).asking(for: "notice"), of: owner.id, from: visitor, in: self) == nil
    }
}

extension Link {
    /// A link whose token was just drawn.
    init(
        _ token: OpaqueToken, _ purpose: Purpose, of account: AccountID, at address: EmailAddress, from now: Timestamp,
        for lifetime: Duration
    ) {
        self.init(
            hash: token.hash, purpose: purpose, accountID: account, email: address, createdAt: now,
            expiresAt: now + lifetime)
    }
}
