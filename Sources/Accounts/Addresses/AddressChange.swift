public import GatewayKit

/// Gives accounts other addresses: the new one confirms, the old one is told and can take the account back.
///
/// `AddressConfirmation.swift` makes the change when the mailed link is followed.
public struct AddressChange: Sendable {
    let settings: RegistrationSettings
    let storage: any Storage
    let hasher: any PasswordHasher
    let proof: OwnerProof
    let requests: GuessGuard
    let revoker: Revoker
    let letters: Letters
    let time: any TimeSource
    let random: any RandomSource

    /// How long a former address can take the account back.
    static let restoringLifetime = Duration.seconds(7 * 24 * 3600)

    /// What became of asking for another address.
    public enum Outcome: Sendable {
        /// A mail is on its way to the new address, to whomever it belongs.
        case asked
        /// The address will not do.
        case refused(InputRefusal)
        /// The current password is another.
        case wrongPassword
        /// The account was guessed at too often, or asked for too many mails.
        case tooMany(retryAfter: Duration)
        /// The account or the session is no more.
        case gone
    }

    /// What became of taking an account back.
    public enum Restoring: Sendable {
        /// The account has its former address, nobody is logged in, and a link for a new password is on its way.
        case restored
        /// The link is unknown, used or expired.
        case invalidLink
    }

    /// Mails a link to an address that the account of whoever asks is to have. Where it is somebody else's, they are
    /// told so instead, and whoever asks is not.
    public func request(
        _ caller: AccountSession, to address: EmailAddress, knowing password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        if let refusal = settings.refusal(of: address) { return .refused(refusal) }
        let found = try await storage.look { records throws(StorageError) in
            (
                mine: try records.accounts.account(caller.accountID),
                other: try records.accounts.account(addressed: address)
            )
        }
        guard let mine = found.mine else { return .gone }
        let token = OpaqueToken(from: random)
        let owner = found.other.flatMap { $0.id == mine.id ? nil : $0 }
        let mail = try letters.verify(address, of: mine, by: token)
        let note = try letters.addressInUse(to: owner ?? .stranger(at: address, random, time))
        let finding = try await proof.acting(for: caller, knowing: password, from: visitor) {
            account, records throws(StorageError) in
            let now = time.now()
            let key = GuessKey(account.id).asking(for: "verify")
            if let wait = try requests.take(key, of: account.id, from: visitor, in: records) {
                return wait as Duration?
            }
            try records.links.deleteAll(of: account.id, for: .verify)
            try records.audit.append(visitor.event(.addressChangeRequested, of: account.id, at: now))
            if try records.isFree(address, for: account.id, at: now) {
                try records.links.insert(
                    Link(token, .verify, of: account.id, at: address, from: now, for: AddressConfirmation.linkLifetime))
                try records.outbox.enqueue(mail)
            } else if try records.tell(owner, at: address, of: requests, from: visitor) {
                try records.outbox.enqueue(note)
            }
            return nil
        }
        switch finding {
        case .owner(nil): break
        case .owner(let wait?), .tooManyGuesses(let wait): return .tooMany(retryAfter: wait)
        case .wrongPassword: return .wrongPassword
        case .gone: return .gone
        }
        letters.outbox.signal.poke()
        return .asked
    }

    /// Gives an account its former address back by the link that was mailed there. Whoever had changed it may know the
    /// password and hold sessions: none of that works any more.
    public func restore(by token: OpaqueToken, from visitor: Visitor) async throws(AccountsError) -> Restoring {
        let found = try await storage.look { records throws(StorageError) in try target(of: token, in: records) }
        guard let found else { return .invalidLink }
        // Nobody knows this one, and a login with it costs what any login costs.
        let hash = try await hasher.newHash(of: Password(OpaqueToken(from: random).reveal()))
        let reset = OpaqueToken(from: random)
        let mail = try letters.addressRestored(to: found, toResetBy: reset)
        let isRestored = try await storage.commit { records throws(StorageError) in
            guard var account = try target(of: token, in: records), try records.links.consume(token.hash) else {
                return false
            }
            account.passwordHash = hash
            account.isEmailVerified = true
            account.version += 1
            guard try records.accounts.update(account) == .stored else { return false }
            try self.end(account, resettingBy: reset, mail, from: visitor, records)
            return true
        }
        guard isRestored else { return .invalidLink }
        letters.outbox.signal.poke()
        await revoker.settle()
        return .restored
    }

    /// The account that a link works for now, with the address that it would have again.
    private func target(of token: OpaqueToken, in records: any Records) throws(StorageError) -> Account? {
        guard let link = try records.links.link(token.hash, for: .restore), time.now() < link.expiresAt,
            var account = try records.accounts.account(link.accountID), !account.isDisabled
        else { return nil }
        account.email = link.email
        return account
    }

    private func end(
        _ account: Account, resettingBy token: OpaqueToken, _ mail: OutboxMail, from visitor: Visitor,
        _ records: any Records
    ) throws(StorageError) {
        let now = time.now()
        let sessions = try records.sessions.endAll(of: account.id, except: nil)
        let keys = try records.endKeys(of: account.id)
        // Later changes were a stranger's too: the addresses between are nobody's way back.
        for purpose in [Link.Purpose.verify, .reset, .restore] {
            try records.links.deleteAll(of: account.id, for: purpose)
        }
        try records.links.insert(
            Link(token, .reset, of: account.id, at: account.email, from: now, for: Recovery.linkLifetime))
        try records.outbox.enqueue(mail)
        try records.audit.append(
            visitor.event(
                .addressRestored, of: account.id, at: now,
                facts: ["sessions": "\(sessions.count)", "api_keys": "\(keys.count)"]))
        try revoker.revoke(keys, at: now, in: records)
        try revoker.revoke(.account(account.id, leastVersion: account.version), at: now, in: records)
    }
}
