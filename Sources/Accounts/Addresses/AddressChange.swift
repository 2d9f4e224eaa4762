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
        let mail = try letters.change(of: mine, to: address, by: token)
        let note = try letters.addressInUse(to: owner ?? .stranger(at: address, random, time))
        let finding = try await proof.acting(for: caller, knowing: password, from: visitor) {
            account, records throws(StorageError) in
            let now = time.now()
            let key = GuessKey(account.id).asking(for: "change")
            if let wait = try requests.take(key, of: account.id, from: visitor, in: records) {
                return wait as Duration?
            }
            try records.links.deleteAll(of: account.id, for: .change)
            try records.audit.append(visitor.event(.addressChangeRequested, of: account.id, at: now))
            // However many accounts ask, nobody is mailed without end; and nobody learns that others have asked.
            let target = GuessKey(unknown: address.text).asking(for: "change")
            if try requests.take(target, of: nil, from: visitor, in: records) != nil { return nil }
            if try records.isFree(address, for: account.id, at: now) {
                try records.links.insert(
                    Link(token, .change, of: account.id, at: address, from: now, for: AddressConfirmation.linkLifetime))
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
        for _ in 1...2 {
            let found = try await storage.look { records throws(StorageError) in try target(of: token, in: records) }
            guard let found else { return .invalidLink }
            // Nobody knows this one, and a login with it costs what any login costs.
            let hash = try await hasher.newHash(of: Password(OpaqueToken(from: random).reveal()))
            let reset = OpaqueToken(from: random)
            let mail = try letters.addressRestored(to: found.account, toResetBy: reset)
            let notice = try letters.addressTakenBack(from: found.displaced, of: found.account)
            let isRestored: Bool? = try await storage.commit { records throws(StorageError) in
                guard let current = try target(of: token, in: records) else { return false }
                guard current.displaced == found.displaced else { return nil }
                guard try records.links.consume(token.hash) else { return false }
                var account = current.account
                account.passwordHash = hash
                account.isEmailVerified = true
                account.version += 1
                guard try records.accounts.update(account) == .stored else { return false }
                try records.outbox.enqueue(notice)
                try self.end(account, since: current.link.createdAt, resettingBy: reset, mail, from: visitor, records)
                return true
            }
            guard let isRestored else { continue }
            guard isRestored else { return .invalidLink }
            letters.outbox.signal.poke()
            await revoker.settle()
            return .restored
        }
        throw OwnerProof.keepsChanging
    }

    private struct Target: Sendable {
        let link: Link
        /// The account with the address that it would have again.
        let account: Account
        /// The address that it has now.
        let displaced: EmailAddress
    }

    /// What a link works for now.
    private func target(of token: OpaqueToken, in records: any Records) throws(StorageError) -> Target? {
        guard let link = try records.links.link(token.hash, for: .restore), time.now() < link.expiresAt,
            var account = try records.accounts.account(link.accountID), !account.isDisabled
        else { return nil }
        let displaced = account.email
        account.email = link.email
        return Target(link: link, account: account, displaced: displaced)
    }

    private func end(
        _ account: Account, since change: Timestamp, resettingBy token: OpaqueToken, _ mail: OutboxMail,
        from visitor: Visitor,
        _ records: any Records
    ) throws(StorageError) {
        let now = time.now()
        let sessions = try records.sessions.endAll(of: account.id, except: nil)
        let keys = try records.endKeys(of: account.id)
        for purpose in [.verify, .change] + Link.Purpose.settingPassword {
            try records.links.deleteAll(of: account.id, for: purpose)
        }
        // Later changes are undone with this one. Earlier ones are not: whoever has made this one and follows its link
        // would blot out the way back of whoever had the account before.
        try records.links.deleteAll(of: account.id, for: .restore, madeSince: change)
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
