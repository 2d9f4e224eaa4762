import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Synchronization
import Testing

/// All flows on fakes, with a store that runs every write twice.
struct World {
    let time = ManualTime()
    let random = CountedRandom()
    let storage = InMemoryStorage(repeatsWrites: true)
    let hasher = FakePasswordHasher()
    let follower = CountingFollower()
    let metrics = RecordedMetrics()
    let issuer: FakeTokenIssuer
    let outbox: Outbox
    let roles: AccountRoles
    let flows: AccountFlows
    let visitor = Visitor(address: IPAddress("192.0.2.7"), userAgent: "curl/8", requestID: "r1")

    static let password = Password("correct horse")

    init(registration: RegistrationSettings = RegistrationSettings(isOpen: true)) throws {
        issuer = FakeTokenIssuer(time: time)
        outbox = Outbox(
            keyring: SecretKeyring([("one", Secret([UInt8](repeating: 7, count: 32)))]), signal: Signal())
        roles = AccountRoles(
            storage: storage, hasher: hasher, issuer: issuer, follower: follower, outbox: outbox,
            publicURL: try PublicURL("https://auth.example.com"), time: time, random: random,
            metrics: metrics)
        flows = Self.flows(over: roles, registration)
    }

    /// The flows as another file sets them, over the same store.
    func flows(_ confirmation: RegistrationSettings.Confirmation) -> AccountFlows {
        Self.flows(over: roles, RegistrationSettings(isOpen: true, confirmation: confirmation))
    }

    private static func flows(over roles: AccountRoles, _ registration: RegistrationSettings) -> AccountFlows {
        let guesses = LoginSettings.Guesses(
            perAccount: RateLimit(count: 10, per: .seconds(900)), backOffUpTo: .seconds(3600))
        return AccountFlows(
            roles: roles,
            settings: AccountSettings(
                registration: registration, login: LoginSettings(guesses: guesses), links: .standard))
    }

    /// An account of that name, with ``password``.
    @discardableResult
    func account(_ name: String = "johndoe") async throws -> Account {
        let outcome = try await flows.registration.register(
            try Username(name), try EmailAddress("\(name)@example.com"), password: Self.password, from: visitor)
        guard case .registered(let account) = outcome else { throw Unexpected(outcome) }
        return account
    }

    /// A new session of that account.
    func logIn(_ name: String = "johndoe", password: Password = Self.password) async throws -> Grant {
        let outcome = try await flows.login.logIn(as: name, password: password, from: visitor)
        guard case .loggedIn(let grant) = outcome else { throw Unexpected(outcome) }
        return grant
    }

    /// The tokens that follow.
    func refresh(_ token: OpaqueToken) async throws -> Grant {
        let outcome = try await flows.refresh.refresh(token, from: visitor)
        guard case .refreshed(let grant) = outcome else { throw Unexpected(outcome) }
        return grant
    }

    /// The account as the store has it.
    func stored(_ name: String = "johndoe") async throws -> Account? {
        try await storage.read { records throws(StorageError) in
            try records.accounts.account(named: Username(stored: name))
        }
    }

    /// The kinds of all events, the oldest first.
    func audited() async throws -> [String] {
        try await storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 1000).reversed().map(\.kind.word)
        }
    }

    /// What was revoked, the oldest first.
    func revoked() async throws -> [Revocation.Subject] {
        try await storage.read { records throws(StorageError) in
            try records.revocations.rows(after: 0, limit: 1000).map(\.subject)
        }
    }

    /// Whether each of those refresh tokens still has its nonce.
    func hasNonces(_ tokens: [OpaqueToken]) async throws -> [Bool] {
        try await storage.read { records throws(StorageError) in
            var found: [Bool] = []
            for token in tokens { found.append(try records.sessions.refreshToken(token.hash)?.nonce != nil) }
            return found
        }
    }

    /// Takes all mails out of the outbox.
    func mails() async throws -> [Mail] {
        let now = time.now()
        let waiting = try await storage.write { records throws(StorageError) in
            let waiting = try records.outbox.claim(dueAt: now, until: now + .seconds(60), limit: 100)
            for mail in waiting { try records.outbox.erase(mail.id) }
            return waiting
        }
        return try waiting.map(outbox.open)
    }

    /// The token in the only mail that holds a link for that, or in the last of several.
    func mailedToken(_ purpose: Link.Purpose = .reset, last: Bool = false) async throws -> OpaqueToken {
        let tokens = try await mails().compactMap { $0.token(for: purpose) }
        try #require(tokens.count == 1 || last)
        return try #require(tokens.last)
    }
}

extension Mail {
    /// The token of the link that the mail holds, where it is one for that.
    func token(for purpose: Link.Purpose) -> OpaqueToken? {
        let page =
            switch purpose {
            case .reset, .invite: "reset-password"
            case .verify, .change: "verify-email"
            case .restore: "restore-email"
            }
        return text.split(separator: "\n").first { $0.contains("/auth/\(page)/") }
            .map { OpaqueToken(String($0.split(separator: "/").last ?? "")) }
    }
}

/// Counts how often a flow waited for this node to learn of a revocation.
final class CountingFollower: RevocationFollower {
    private let state = Mutex(0)

    var count: Int { state.withLock(\.self) }

    func catchUp() async { state.withLock { $0 += 1 } }
}

/// An outcome that a test did not ask for.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ outcome: some Any) { description = "unexpected \(outcome)" }
}
