import Foundation
public import GatewayKit
import ServiceLifecycle
public import Testing

/// What every issuer promises whose keys operators can change; a test target runs each case as a test:
///
///     @Test(arguments: SigningKeysConformance.allCases)
///     func `keeps the promises of signing keys`(promise: SigningKeysConformance) async throws {
///         try await promise.verify { provision in try await IssuerUnderTest(provision) }
///     }
public enum SigningKeysConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case showsAhead = "a published key is shown, and does not sign"
    case publishesOnce = "a key that is published already is the one that signs next"
    case activates = "an activated key signs, and what the former one signed stays valid"
    case activatesPublishedAlone = "a key that was never published or signs no more is not activated"
    case revokes = "a revoked key's tokens are invalid and in the log, and another key signs"
    case prefersTheShown = "the key that signs in a revoked one's place is the one that was shown already"
    case revokesOthers = "a key that does not sign is revoked alone"
    case ignoresUnknown = "revoking what is not there changes nothing"
    case revokesUnopened = "a key that cannot be opened can be revoked"
    case reseals = "what another secret sealed opens with the first alone afterwards"
    case namesUnopened = "resealing names what it cannot open, and leaves it"
    case isObeyed = "a running issuer obeys within a second"
    case isAudited = "the audit trail names who asked"

    public var testDescription: String { rawValue }

    /// Checks the promise; `make` is given still clocks, one store for all issuers of a check, which is empty at first,
    /// and now and then a run that must not begin a deployment, whose issuer takes the keys as they are.
    public func verify(
        on storage: any Storage = InMemoryStorage(), _ make: @escaping (Provision) async throws -> any TokenIssuer
    ) async throws {
        let world = World(make: make, storage: storage)
        let first = try await world.issuer(mayCreate: true)
        let keys = try #require(first.signingKeys)
        let old = try #require(try world.signer(of: first))
        switch self {
        case .showsAhead: try await world.checkShownAhead(keys, old)
        case .publishesOnce:
            let next = try #require(try await keys.publish(by: "tester"))
            #expect(try await keys.publish(by: "tester")?.id == next.id)
            #expect(try await world.records().count == 2)
        case .activates: try await world.checkActivation(keys, first, old)
        case .activatesPublishedAlone:
            #expect(try await !keys.activate("nowhere", by: "tester"))
            #expect(try await keys.activate(old, by: "tester"), "it signs already")
            let next = try #require(try await keys.publish(by: "tester"))
            #expect(try await keys.activate(next.id, by: "tester"))
            #expect(try await !keys.activate(old, by: "tester"))
            #expect(try await world.signer(of: world.issuer()) == next.id)
        case .revokes: try await world.checkRevocation(keys, first, old)
        case .prefersTheShown:
            let next = try #require(try await keys.publish(by: "tester"))
            #expect(try await keys.revoke(old, by: "tester") == .revoked(successor: next.id))
            #expect(try await world.records().map(\.id) == [next.id])
        case .revokesOthers:
            let next = try #require(try await keys.publish(by: "tester"))
            #expect(try await keys.revoke(next.id, by: "tester") == .revoked(successor: nil))
            #expect(try await world.signer(of: world.issuer()) == old)
        case .ignoresUnknown:
            let before = try await world.records()
            #expect(try await keys.revoke("nowhere", by: "tester") == .unknown)
            #expect(try await world.records() == before)
            #expect(try await world.revoked() == [])
        case .revokesUnopened:
            let other = try #require(try await world.issuer(keyring: World.newKeyring).signingKeys)
            guard case .revoked(let successor) = try await other.revoke(old, by: "tester") else {
                Issue.record("the key is not there")
                return
            }
            #expect(try await world.signer(of: world.issuer(mayCreate: true, keyring: World.newKeyring)) == successor)
        case .reseals: try await world.checkResealing(first)
        case .namesUnopened:
            let before = try await world.records()
            let other = try #require(try await world.issuer(keyring: World.newKeyring).signingKeys)
            let outcome = try await other.reseal(by: "tester")
            #expect(outcome.unopened.count == 1 && outcome.unopened[0].contains(old))
            #expect(try await world.records() == before)
        case .isObeyed: try await world.checkObedience(first, keys, old)
        case .isAudited:
            let next = try #require(try await keys.publish(by: "tester"))
            _ = try await keys.activate(next.id, by: "tester")
            _ = try await keys.revoke(old, by: "tester")
            #expect(try await world.eventCount(by: "tester") == 3)
        }
    }
}

/// A store, and issuers that share it.
private struct World {
    let make: (Provision) async throws -> any TokenIssuer
    let time = ManualTime()
    let storage: any Storage
    let services = ServiceList()

    static let newKeyring = SecretKeyring([(id: "new", key: Secret([UInt8](repeating: 8, count: 32)))])
    static let bothKeyring = SecretKeyring([
        (id: "new", key: Secret([UInt8](repeating: 8, count: 32))),
        (id: "test", key: Secret([UInt8](repeating: 7, count: 32))),
    ])

    func issuer(mayCreate: Bool = false, keyring: SecretKeyring? = nil) async throws -> any TokenIssuer {
        let own = services.all.isEmpty && mayCreate ? services : ServiceList()
        guard let keyring else {
            return try await make(.forTests(time: time, storage: storage, mayCreate: mayCreate, services: own))
        }
        return try await make(
            .forTests(
                time: time, random: CountedRandom(seed: 1), storage: storage, keyring: keyring, mayCreate: mayCreate,
                services: own))
    }

    func token(by issuer: any TokenIssuer) throws -> AccessToken {
        let account = Account(
            id: AccountID("account"), username: try Username("johndoe"), email: try EmailAddress("j@example.com"),
            passwordHash: PasswordHash(""), createdAt: time.now())
        return try issuer.issue(to: account, in: SessionID("session"))
    }

    /// The key that an issuer signs with.
    func signer(of issuer: any TokenIssuer) throws -> String? { try token(by: issuer).claims.keyID }

    func isValid(_ token: AccessToken, at issuer: any TokenIssuer) -> Bool {
        issuer.verify(token.token.reveal().utf8) == .valid(token.claims)
    }

    func records() async throws -> [SigningKeyRecord] {
        try await storage.read { records throws(StorageError) in try records.keys.all() }
    }

    func revoked() async throws -> [Revocation.Subject] {
        try await storage.read { records throws(StorageError) in
            try records.revocations.rows(after: 0, limit: 10).map(\.subject)
        }
    }

    func eventCount(by actor: String) async throws -> Int {
        try await storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 100).count { $0.actor == actor }
        }
    }

    func checkShownAhead(_ keys: any SigningKeys, _ old: String) async throws {
        let next = try #require(try await keys.publish(by: "tester"))
        #expect(next.id != old)
        let later = try await issuer()
        #expect(try signer(of: later) == old)
        let shown = String(decoding: later.publicKeySet(), as: UTF8.self)
        // A symmetric key is never shown, whatever its state.
        if shown.contains(old) { #expect(shown.contains(next.id)) }
    }

    func checkActivation(_ keys: any SigningKeys, _ first: any TokenIssuer, _ old: String) async throws {
        let token = try token(by: first)
        let next = try #require(try await keys.publish(by: "tester"))
        #expect(try await keys.activate(next.id, by: "tester"))
        let later = try await issuer()
        #expect(try signer(of: later) == next.id)
        time.advance(by: later.lifetimes.access - .milliseconds(1))
        #expect(isValid(token, at: later))
    }

    func checkRevocation(_ keys: any SigningKeys, _ first: any TokenIssuer, _ old: String) async throws {
        let token = try token(by: first)
        guard case .revoked(let successor) = try await keys.revoke(old, by: "tester") else {
            Issue.record("the key is not there")
            return
        }
        let later = try await issuer()
        #expect(successor != nil && successor != old)
        #expect(try signer(of: later) == successor)
        #expect(!isValid(token, at: later))
        #expect(!String(decoding: later.publicKeySet(), as: UTF8.self).contains(old))
        #expect(try await revoked() == [.signingKey(old)])
    }

    func checkResealing(_ first: any TokenIssuer) async throws {
        let token = try token(by: first)
        let between = try #require(try await issuer(keyring: Self.bothKeyring).signingKeys)
        #expect(try await between.reseal(by: "tester").resealed == 1)
        let sealed = try await records()
        let again = try await between.reseal(by: "tester")
        #expect(again.resealed == 0 && again.kept == 1 && again.unopened.isEmpty)
        #expect(try await records() == sealed)
        #expect(isValid(token, at: try await issuer(mayCreate: true, keyring: Self.newKeyring)))
    }

    func checkObedience(_ running: any TokenIssuer, _ keys: any SigningKeys, _ old: String) async throws {
        let token = try token(by: running)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services.all { group.addTask { try await service.run() } }
            let next = try #require(try await keys.publish(by: "tester"))
            _ = try await keys.activate(next.id, by: "tester")
            try await passASecond()
            #expect(try signer(of: running) == next.id)
            #expect(isValid(token, at: running))
            _ = try await keys.revoke(old, by: "tester")
            try await passASecond()
            #expect(!isValid(token, at: running))
            group.cancelAll()
        }
    }

    private func passASecond() async throws {
        for _ in 0..<4 {
            try await time.waitForSleepers(services.all.count)
            time.advance(by: .milliseconds(250))
        }
        try await time.waitForSleepers(services.all.count)
    }
}
