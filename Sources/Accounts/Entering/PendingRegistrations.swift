import GatewayKit

/// Registrations under `verify_email: required`: each waits, without an account, until a mailed link is followed.
///
/// Nobody but who reads the mails may learn whether the address had an account already, at once or later. So the same
/// is stored for every address, with the same work; every address gets one mail, which has a link or tells its owner;
/// and what is mailed how often depends on the address and on who asks, never on whose it is. Nor does a registration
/// go before its time when another one gets its address: a login would tell.
struct PendingRegistrations: Sendable {
    let storage: any Storage
    let letters: Letters
    let settings: RegistrationSettings
    /// How often one client has one address mailed.
    let perClient: GuessGuard
    /// How often one line of IPv6 does, which has many networks.
    let perSite: GuessGuard
    /// How often all of them together do.
    let perAddress: GuessGuard
    let time: any TimeSource
    let random: any RandomSource
    let pace = AnswerPace(quarters: 16)

    /// What the networks of one line may ask for together.
    static let siteLimits = LoginSettings.Guesses(
        perAccount: RateLimit(count: 10, per: .seconds(3600)), backOffUpTo: .seconds(3600))

    /// More than one client can ask for alone, so that a stranger who asks without end keeps no owner from their link.
    static let addressLimits = LoginSettings.Guesses(
        perAccount: RateLimit(count: 20, per: .seconds(3600)), backOffUpTo: .seconds(3600))

    /// What became of beginning one; strangers are told of a taken name alone.
    enum Beginning: String {
        case begun
        case addressTaken
        case usernameTaken
    }

    /// Stores a registration and mails its link or, where the address is not free, a note to whoever has it.
    func begin(
        _ username: Username, _ email: EmailAddress, password hash: PasswordHash, from visitor: Visitor
    ) async throws(AccountsError) -> Beginning {
        try await paced(by: \.rawValue) { () async throws(AccountsError) in
            let now = time.now()
            let registration = PendingRegistration(
                username: username, email: email, passwordHash: hash, createdAt: now,
                expiresAt: now + AddressConfirmation.linkLifetime)
            let token = OpaqueToken(from: random)
            let mails = try await self.mails(about: [(registration, token)], to: email, at: now)
            return try await storage.commit { records throws(StorageError) in
                guard try records.registrations.insert(registration) else { return .usernameTaken }
                let standing = try records.standing(of: email, at: now)
                try records.audit.append(
                    visitor.event(
                        .registrationRequested, of: (standing.owner ?? standing.heir)?.id, at: now,
                        facts: ["username": username.text]))
                if try isHeldBack(email, from: visitor, in: records) {
                    try mails.enqueueInVain(in: records)
                } else {
                    try mails.enqueue(for: standing, in: records)
                    try records.registrations.link(username, by: token.hash, mailedAt: now)
                }
                return standing.isFree ? .begun : .addressTaken
            }
        }
    }

    /// Mails fresh links for what waits for an address, in one mail, or the same note again.
    func mailAgain(to email: EmailAddress, from visitor: Visitor) async throws(AccountsError) {
        _ = try await paced(by: \.self) { () async throws(AccountsError) in
            let now = time.now()
            // One mail says for how long its links work, so what ends soon is in none.
            let waiting = try await storage.look { records throws(StorageError) in
                try records.registrations.registrations(
                    addressed: email, at: now + .seconds(3600), limit: Self.namesAMail)
            }
            guard !waiting.isEmpty else { return "none" }
            let linked = waiting.map { ($0, OpaqueToken(from: random)) }
            let mails = try await self.mails(about: linked, to: email, at: now)
            return try await storage.commit { records throws(StorageError) in
                guard try !isHeldBack(email, from: visitor, in: records) else { return "held back" }
                for (registration, token) in linked {
                    let current = try records.registrations.registration(named: registration.username, at: now)
                    guard current?.createdAt == registration.createdAt, current?.email == email else { continue }
                    try records.registrations.link(registration.username, by: token.hash, mailedAt: now)
                }
                try mails.enqueue(for: try records.standing(of: email, at: now), in: records)
                return "mailed"
            }
        }
    }

    /// Makes the account that a link is for, if name and address are still free; other links to the address work no
    /// more then.
    func confirm(by token: OpaqueToken, from visitor: Visitor) async throws(AccountsError) -> Bool {
        let now = time.now()
        let found = try await storage.look { records throws(StorageError) in
            try records.registrations.registration(linkedBy: token.hash, at: now)
        }
        guard found != nil else { return false }
        let id = AccountID(from: random)
        return try await storage.commit { records throws(StorageError) in
            guard let registration = try records.registrations.registration(linkedBy: token.hash, at: now),
                settings.refusal(of: registration.email) == nil,
                try records.isFree(registration.email, for: nil, at: now)
            else { return false }
            let account = Account(
                id: id, username: registration.username, email: registration.email, isEmailVerified: true,
                passwordHash: registration.passwordHash, createdAt: now)
            guard try records.accounts.insert(account) == .stored,
                try records.registrations.remove(registration.username)
            else { return false }
            try records.registrations.unlinkAll(addressed: registration.email)
            try records.audit.append(
                visitor.event(.registered, of: id, at: now, facts: ["username": account.username.text]))
            return true
        }
    }

    /// Both mails, for whoever has the address decides which is sent.
    private func mails(
        about linked: [(PendingRegistration, OpaqueToken)], to email: EmailAddress, at now: Timestamp
    ) async throws(AccountsError) -> Mails {
        let standing = try await storage.look { records throws(StorageError) in
            try records.standing(of: email, at: now)
        }
        let ends = linked.map(\.0.expiresAt).min() ?? now
        let stranger = Account.stranger(at: email, random, time)
        return Mails(
            link: try letters.confirmRegistration(
                of: linked.map { ($0.0.username, $0.1) }, at: email, within: ends - now),
            note: standing.owner == nil && standing.heir != nil
                ? try letters.addressIsKept(email, for: standing.heir ?? stranger)
                : try letters.addressHasAccount(to: standing.owner ?? stranger))
    }

    /// Whether enough was mailed to an address lately. The caller is never told.
    private func isHeldBack(
        _ email: EmailAddress, from visitor: Visitor, in records: any Records
    ) throws(StorageError) -> Bool {
        let key = GuessKey(unknown: email.text)
        let client = visitor.address.map { $0.isIPv6 ? $0.network(prefix: 64).description : $0.description } ?? "-"
        let own = key.asking(for: "registration from \(client)")
        if try perClient.take(own, of: nil, from: visitor, in: records) != nil { return true }
        if let address = visitor.address, address.isIPv6 {
            let site = key.asking(for: "registration from \(address.network(prefix: 48))")
            if try perSite.take(site, of: nil, from: visitor, in: records) != nil { return true }
        }
        return try perAddress.take(key.asking(for: "registration"), of: nil, from: visitor, in: records) != nil
    }

    /// Answers no sooner than the dearest outcome would be, and wakes the delivery of mails.
    private func paced<Result>(
        by kind: (Result) -> String, _ work: () async throws(AccountsError) -> Result
    ) async throws(AccountsError) -> Result {
        let start = time.elapsed()
        let result = try await work()
        letters.outbox.signal.poke()
        pace.learn(kind(result), cost: time.elapsed() - start)
        await pace.wait(since: start, by: time)
        return result
    }

    /// How many names one mail has links for.
    private static let namesAMail = 5
}

/// What may be mailed to an address for which somebody registers.
private struct Mails: Sendable {
    let link: OutboxMail
    let note: OutboxMail

    func enqueue(for standing: AddressStanding, in records: any Records) throws(StorageError) {
        try records.outbox.enqueue(standing.isFree ? link : note)
    }

    func enqueueInVain(in records: any Records) throws(StorageError) {
        try records.outbox.enqueue(link)
        try records.outbox.erase(link.id)
    }
}

/// Whose an address is.
struct AddressStanding: Sendable {
    /// The account that has it.
    let owner: Account?
    /// The account that can be taken back to it.
    let heir: Account?

    /// Whether a new account may have it.
    var isFree: Bool { owner == nil && heir == nil }
}

extension Records {
    /// Whose an address is, looked up alike whether or not it is somebody's.
    fileprivate func standing(of email: EmailAddress, at moment: Timestamp) throws(StorageError) -> AddressStanding {
        let owner = try accounts.account(addressed: email)
        guard let heir = try links.heir(of: email, at: moment) else { return AddressStanding(owner: owner, heir: nil) }
        return AddressStanding(owner: owner, heir: try accounts.account(heir))
    }
}
