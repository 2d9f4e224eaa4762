import GatewayKit

/// Mails links to the accounts of addresses, so that nobody can tell by asking whether an address has one.
struct LinkRequest: Sendable {
    let storage: any Storage
    let letters: Letters
    let requests: GuessGuard
    let time: any TimeSource
    let random: any RandomSource
    let results: OutcomeCounter<LinkRequestResult>
    let pace = AnswerPace(quarters: 16)

    /// What the link does, and for how long.
    let purpose: Link.Purpose
    let lifetime: Duration
    /// What the audit trail says.
    let event: AuditEvent.Kind
    /// Whether an account is to get one.
    let isFor: @Sendable (Account) -> Bool
    let letter: @Sendable (Letters, Account, OpaqueToken) throws(AccountsError) -> OutboxMail

    /// Mails a link to the account of an address, in place of earlier ones; for an address that has none which is to
    /// get one, or that was mailed too often lately, the same work is done in vain.
    func mail(to email: EmailAddress, from visitor: Visitor) async throws(AccountsError) {
        let start = time.elapsed()
        let result = try await results.counting(\.self, failureAs: .failed) { () async throws(AccountsError) in
            try await attempt(email, from: visitor)
        }
        // The work is alike and not the same: other tables are written, which a clock can tell over many requests.
        pace.learn(result.rawValue, cost: time.elapsed() - start)
        await pace.wait(since: start, by: time)
    }

    private func attempt(
        _ email: EmailAddress, from visitor: Visitor
    ) async throws(AccountsError) -> LinkRequestResult {
        let account = try await storage.look { records throws(StorageError) in
            try records.accounts.account(addressed: email).flatMap { isFor($0) ? $0 : nil }
        }
        let token = OpaqueToken(from: random)
        let mail = try letter(letters, account ?? .stranger(at: email, random, time), token)
        let now = time.now()
        let link = account.map { Link(token, purpose, of: $0.id, at: email, from: now, for: lifetime) }
        let key = (account.map { GuessKey($0.id) } ?? GuessKey(unknown: email.text)).asking(for: purpose.rawValue)
        let result: LinkRequestResult = try await storage.commit { records throws(StorageError) in
            guard try requests.take(key, of: account?.id, from: visitor, in: records) == nil else { return .heldBack }
            try records.audit.append(visitor.event(event, of: account?.id, at: now))
            try records.outbox.enqueue(mail)
            if let link, try records.accounts.account(addressed: email)?.id == link.accountID {
                try records.links.deleteAll(of: link.accountID, for: purpose)
                try records.links.insert(link)
                return .mailed
            }
            try records.outbox.erase(mail.id)
            return .unknown
        }
        letters.outbox.signal.poke()
        return result
    }
}

extension Account {
    /// Stands for the account that an address does not have, so that a mail can be written in vain.
    static func stranger(at email: EmailAddress, _ random: any RandomSource, _ time: any TimeSource) -> Account {
        Account(
            id: AccountID(from: random), username: Username(stored: "stranger"), email: email,
            passwordHash: PasswordHash(""), createdAt: time.now())
    }
}
