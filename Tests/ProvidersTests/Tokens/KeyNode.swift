import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

/// One node of a deployment: an issuer with the service that rotates its keys, and a clock of its own.
struct KeyNode {
    let time: ManualTime
    let log = RecordedLog()
    let issuer: any TokenIssuer
    let rotation: SigningKeyRotation

    /// `every` is how long a key signs, `access` how long a token lives.
    init(
        on storage: InMemoryStorage, _ time: ManualTime, seed: UInt64 = 0, algorithm: String = "ES256",
        every: String = "30d", access: String = "10m", keyring: SecretKeyring? = nil
    ) async throws {
        self.time = time
        let services = ServiceList()
        let provision = try Provision.forTests(
            time: time, random: CountedRandom(seed: seed), storage: storage,
            keyring: try keyring ?? Provision.forTests().keyring, services: services, logger: log.logger)
        issuer = try await Slot.tokens.product(
            of: [
                "use": "jwt", "algorithm": .scalar(algorithm), "rotate_keys_every": .scalar(every),
                "access_lifetime": .scalar(access),
            ], among: .providers, with: provision)
        rotation = try #require(services.all.first as? SigningKeyRotation)
    }

    /// A new token.
    func token() throws -> AccessToken {
        let account = Account(
            id: AccountID("account"), username: try Username("johndoe"), email: try EmailAddress("j@example.com"),
            passwordHash: PasswordHash(""), createdAt: time.now())
        return try issuer.issue(to: account, in: SessionID("session"))
    }

    /// The key that signs here.
    func signer() throws -> String { try #require(try token().claims.keyID) }

    /// Whether a token passes here.
    func takes(_ token: AccessToken) -> Bool {
        issuer.verify(token.token.reveal().utf8) == .valid(token.claims)
    }

    /// The ids of the keys that are shown.
    func shown() throws -> [String] {
        try JSONValue(strictly: issuer.publicKeySet())["keys"]?.array?.compactMap { $0["kid"]?.string } ?? []
    }

    /// What this node finds due now.
    func dueStep() async throws -> SigningKeyLife.Step? {
        rotation.life.dueStep(in: try await rotation.store.records(), at: time.now())
    }

    /// Runs the service beside a test's steps and cancels it after them.
    func whileRunning(_ steps: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await rotation.run() }
            try await time.waitForSleepers()
            try await steps()
            group.cancelAll()
        }
    }

    /// Lets time pass while the service rests, and returns when it rests again.
    func pass(_ duration: Duration) async throws {
        try await time.waitForSleepers()
        time.advance(by: duration)
        try await time.waitForSleepers()
    }
}
