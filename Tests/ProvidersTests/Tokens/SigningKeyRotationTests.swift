import GatewayKit
import GatewayTestKit
import Logging
import Synchronization
import Testing

@testable import GatewayProviders

@Suite(.timeLimit(.minutes(5))) struct SigningKeyRotationTests {
    private let time = ManualTime()
    private let storage = InMemoryStorage(repeatsWrites: true)
    private let tick = SigningKeyRotation.pause

    @Test func `a successor is shown ten minutes ahead, signs when its time comes, and no token is lost`() async throws
    {
        let node = try await KeyNode(on: storage, time)
        let old = try node.signer()
        try await node.whileRunning {
            try await node.pass(.seconds(30 * 86_400 - 600) - tick)
            #expect(try node.shown() == [old])
            try await node.pass(tick)
            let shown = try node.shown()
            try #require(shown.count == 2)
            #expect(shown[0] == old)
            try await node.pass(.seconds(600) - tick)
            let last = try node.token()
            #expect(last.claims.keyID == old)
            try await node.pass(tick)
            #expect(try node.signer() == shown[1])
            #expect(try node.shown() == shown)
            time.advance(by: last.claims.expiresAt - time.now() - .milliseconds(1))
            #expect(node.takes(last))
            time.advance(by: .milliseconds(1))
            #expect(node.issuer.verify(last.token.reveal().utf8) == .invalid(reason: "expired"))
        }
        #expect(try await states() == [.retired, .active])
    }

    @Test func `a retired key is shown until its last token has expired, and deleted then`() async throws {
        let node = try await KeyNode(on: storage, time)
        let old = try node.signer()
        let next = try await rotate(node)
        try await node.whileRunning {
            try await node.pass(.seconds(3660) - tick)
            #expect(try node.shown() == [old, next])
            try await node.pass(tick)
            #expect(try node.shown() == [next])
            #expect(try await states() == [.retired, .active])
            try await node.pass(.seconds(60))
            #expect(try await records().map(\.id) == [next])
        }
        #expect(
            try await audited() == [
                "signing_key_activated gateway", "signing_key_published tester", "signing_key_activated tester",
                "signing_key_deleted gateway",
            ])
    }

    @Test func `an hour's token of a node that was late still passes to its end`() async throws {
        let node = try await KeyNode(on: storage, time, access: "1h")
        let late = try await KeyNode(on: storage, time, seed: 1, access: "1h")
        _ = try await rotate(node)
        try await node.whileRunning {
            try await node.pass(.seconds(60))
            let token = try late.token()
            #expect(try token.claims.keyID != node.signer())
            try await node.pass(token.claims.expiresAt - time.now() - .milliseconds(1))
            let isTaken = node.takes(token)
            #expect(isTaken)
            #expect(try await states() == [.retired, .active])
        }
    }

    @Test func `of two nodes that find a step due at once one takes it`() async throws {
        let nodes = [
            try await KeyNode(on: storage, time), try await KeyNode(on: storage, time, seed: 1),
        ]
        time.advance(by: .seconds(30 * 86_400 - 600))
        for expected in [[SigningKeyRecord.State.active, .published], [.retired, .active]] {
            var steps: [SigningKeyLife.Step] = []
            for node in nodes { steps.append(try #require(try await node.dueStep())) }
            #expect(steps[0] == steps[1])
            for node in nodes { try await node.rotation.take(steps[0]) }
            #expect(try await states() == expected)
            time.advance(by: SigningKeyLife.lead)
        }
    }

    @Test func `nodes that run at once agree, rotation after rotation`() async throws {
        let nodes = [
            try await KeyNode(on: storage, time, every: "1h"),
            try await KeyNode(on: storage, time, seed: 1, every: "1h"),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { await node.rotation.run() } }
            for _ in 0..<(60 * 5) {
                try await time.waitForSleepers(2)
                time.advance(by: .seconds(60))
                try await time.waitForSleepers(2)
                time.advance(by: tick)
                try await time.waitForSleepers(2)
                #expect(try nodes[0].signer() == nodes[1].signer())
                #expect(try nodes[0].shown() == nodes[1].shown())
                #expect(try await states().count { $0 == .active } == 1)
            }
            group.cancelAll()
        }
        #expect(try await audited().count { $0.hasPrefix("signing_key_activated") } >= 5)
    }

    @Test(arguments: [-60, 60] as [Int64])
    func `a clock that is a minute off loses no token`(seconds: Int64) async throws {
        let other = ManualTime(time.now() + .seconds(seconds))
        let nodes = [
            try await KeyNode(on: storage, time, algorithm: "HS256", every: "1h", access: "1h"),
            try await KeyNode(on: storage, other, seed: 1, algorithm: "HS256", every: "1h", access: "1h"),
        ]
        var live: [AccessToken] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { await node.rotation.run() } }
            for _ in 0..<72 {
                for node in nodes {
                    try await node.time.waitForSleepers()
                    node.time.advance(by: .seconds(200))
                    try await node.time.waitForSleepers()
                }
                for node in nodes { try await node.pass(tick) }
                live += try nodes.map { try $0.token() }
                for node in nodes {
                    live.removeAll { $0.claims.expiresAt <= node.time.now() }
                    for token in live { #expect(node.takes(token)) }
                }
            }
            group.cancelAll()
        }
        #expect(try await audited().count { $0.hasPrefix("signing_key_activated") } >= 4)
    }

    @Test func `while the store is away the keys of before stay, and that is said once`() async throws {
        let node = try await KeyNode(on: storage, time)
        let token = try node.token()
        try await node.whileRunning {
            storage.setFault(.unavailable)
            for _ in 0..<5 { try await node.pass(tick) }
            #expect(node.takes(token))
            #expect(try node.signer() == token.claims.keyID)
            storage.setFault(nil)
            _ = try await rotate(node)
            try await node.pass(tick)
            #expect(try node.signer() != token.claims.keyID)
        }
        #expect(
            node.log.lines.map(\.message) == [
                "signing keys cannot be read, those read before are used", "signing keys are readable again",
                "another key signs",
            ])
    }

    @Test func `a node that dies between two steps leaves them to another, or to itself after a restart`() async throws
    {
        let first = try await KeyNode(on: storage, time)
        time.advance(by: .seconds(30 * 86_400 - 600))
        try await first.rotation.take(try #require(try await first.dueStep()))
        #expect(try await states() == [.active, .published])
        let second = try await KeyNode(on: storage, time, seed: 1)
        try await second.whileRunning {
            try await second.pass(.seconds(599))
            #expect(try await states() == [.active, .published])
            try await second.pass(.seconds(1))
        }
        #expect(try await states() == [.retired, .active])
        #expect(try second.signer() != first.signer())
    }

    @Test func `a step whose commit nobody can tell of is not done twice`() async throws {
        let node = try await KeyNode(on: storage, time)
        try await node.whileRunning {
            storage.setFault(.outcomeUnknown)
            try await node.pass(.seconds(30 * 86_400 - 600))
            storage.setFault(nil)
            for _ in 0..<100 { try await node.pass(tick) }
            #expect(try node.shown().count == 2)
        }
        #expect(try await states() == [.active, .published])
        #expect(node.log.lines.map(\.message) == ["signing keys could not be changed, to be tried again"])
    }

    @Test func `a step that fails is left alone for half a minute`() async throws {
        let node = try await KeyNode(on: storage, time)
        let full = FullStorage(base: storage)
        let service = SigningKeyRotation(
            store: SigningKeyStore(
                storage: full, keyring: try Provision.forTests().keyring, time: time, random: CountedRandom()),
            life: node.rotation.life, keys: CurrentKeys(.none), logger: node.log.logger)
        time.advance(by: .seconds(30 * 86_400))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            for _ in 0..<121 { try await node.pass(tick) }
            group.cancelAll()
        }
        #expect(full.writeCount == 3)
        #expect(node.log.lines.count { $0.message == "signing keys could not be changed, to be tried again" } == 3)
        #expect(try await states() == [.active])
    }

    @Test func `a deployment that slept over the change shows the next key before it signs`() async throws {
        _ = try await KeyNode(on: storage, time)
        time.advance(by: .seconds(90 * 86_400))
        let node = try await KeyNode(on: storage, time, seed: 1)
        let old = try node.signer()
        try await node.whileRunning {
            #expect(try await states() == [.active, .published])
            try await node.pass(.seconds(600) - tick)
            #expect(try node.signer() == old)
            try await node.pass(tick)
            #expect(try node.signer() != old)
        }
    }

    @Test func `a key that cannot be opened is said once, and the keys of before stay`() async throws {
        let node = try await KeyNode(on: storage, time)
        let token = try node.token()
        let stranger = SecretKeyring([("other", Secret([UInt8](repeating: 9, count: 32)))])
        try await node.whileRunning {
            var key = try await SigningKeyStore(
                storage: storage, keyring: stranger, time: time, random: CountedRandom()
            ).newRecord(.es256)
            key.createdAt = time.now() + .milliseconds(1)
            let id = key.id
            try await storage.write { [key] records throws(StorageError) in
                try records.keys.insert(key)
                _ = try records.activate(id, at: key.createdAt, by: "tester")
            }
            for _ in 0..<5 { try await node.pass(tick) }
            #expect(try node.signer() == token.claims.keyID)
            #expect(node.takes(token))
            #expect(node.log.lines.map(\.level) == [.error])
            #expect(
                node.log.lines.map { $0.metadata["error"] } == [
                    "signing key '\(id)' cannot be opened: server.secret_file does not fit, it has no key 'other'"
                ])
            _ = try await node.issuer.signingKeys?.revoke(try #require(token.claims.keyID), by: "tester")
            try await node.pass(tick)
            #expect(!node.takes(token))
            #expect(throws: TokenIssuerError.self) { try node.token() }
        }
    }

    @Test func `a running node goes on when its keys are sealed with a secret that it has not read`() async throws {
        let node = try await KeyNode(on: storage, time)
        let token = try node.token()
        let ahead = SecretKeyring([
            ("new", Secret([UInt8](repeating: 9, count: 32))), ("test", Secret([UInt8](repeating: 7, count: 32))),
        ])
        try await node.whileRunning {
            let other = try await KeyNode(on: storage, time, seed: 1, keyring: ahead)
            #expect(try await other.issuer.signingKeys?.reseal(by: "tester").resealed == 1)
            try await node.pass(tick)
            #expect(node.takes(token))
            #expect(try node.signer() == token.claims.keyID)
        }
        #expect(node.log.lines.isEmpty)
    }

    @Test func `nodes of different files do not quarrel: the store says which key signs`() async throws {
        let node = try await KeyNode(on: storage, time, every: "1h")
        let other = try await KeyNode(on: storage, time, seed: 1, algorithm: "EdDSA", every: "1h")
        try await node.whileRunning {
            #expect(try node.signer() == other.signer())
            for _ in 0..<20 { try await node.pass(.seconds(600)) }
            #expect(try await records().allSatisfy { $0.algorithm == "EdDSA" })
        }
    }

    @Test(arguments: SigningKeysConformance.allCases, ["ES256", "EdDSA", "HS256"])
    func `each algorithm keeps the promises of signing keys`(
        promise: SigningKeysConformance, algorithm: String
    ) async throws {
        try await promise.verify { provision in
            try await Slot.tokens.product(
                of: ["use": "jwt", "algorithm": .scalar(algorithm)], among: .providers, with: provision)
        }
    }

    /// Lets another key sign, as an operator does; its id.
    private func rotate(_ node: KeyNode) async throws -> String {
        time.advance(by: .milliseconds(1))
        let keys = try #require(node.issuer.signingKeys)
        let next = try #require(try await keys.publish(by: "tester"))
        #expect(try await keys.activate(next.id, by: "tester"))
        return next.id
    }

    private func records() async throws -> [SigningKeyRecord] {
        try await storage.read { records throws(StorageError) in try records.keys.all() }
    }

    private func states() async throws -> [SigningKeyRecord.State] { try await records().map(\.state) }

    private func audited() async throws -> [String] {
        try await storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 1000).reversed().map { "\($0.kind.word) \($0.actor)" }
        }
    }
}

/// A store that can be read, and whose disk is full.
private final class FullStorage: Storage {
    private let base: InMemoryStorage
    private let writes = Mutex(0)

    init(base: InMemoryStorage) { self.base = base }

    var writeCount: Int { writes.withLock(\.self) }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        writes.withLock { $0 += 1 }
        throw .unavailable(cause: DiskFull())
    }

    func checkReadiness() async throws(StorageError) {}

    private struct DiskFull: Error {}
}
