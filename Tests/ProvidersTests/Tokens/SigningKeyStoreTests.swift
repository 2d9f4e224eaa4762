import CryptoExtras
import Foundation
import GatewayJOSE
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct SigningKeyStoreTests {
    private let time = ManualTime()
    private let storage = InMemoryStorage()

    @Test(arguments: SigningAlgorithm.allCases)
    func `the first start makes a key, and the next one finds it`(algorithm: SigningAlgorithm) async throws {
        let first = try await store().keySet(signingWith: algorithm)
        let second = try await store().keySet(signingWith: algorithm)
        let (signer, found) = (try #require(first.signer), try #require(second.signer))
        #expect(signer.id == found.id)
        let input = Array("input".utf8)
        #expect(signer.key.verification.isValid(try found.key.sign(input), over: input[...]))
        let records = try await records()
        #expect(records.map(\.id) == [signer.id])
        #expect(records.map(\.state) == [.active])
        #expect(records.map(\.algorithm) == [algorithm.rawValue])
        #expect(records.map(\.activatedAt) == [time.now()])
        if case .rs256(let key) = signer.key { #expect(key.keySizeInBits == 3072) }
    }

    @Test func `the store holds no key in clear`() async throws {
        for algorithm in [SigningAlgorithm.es256, .edDSA, .hs256] {
            let set = try await store().keySet(signingWith: algorithm)
            let secret = Data(try #require(set.signer).key.material.reveal())
            for record in try await records() { #expect(Data(record.sealed).range(of: secret) == nil) }
        }
    }

    @Test func `processes that start at once agree on one key`() async throws {
        let ids = try await withThrowingTaskGroup(of: String?.self) { group in
            for seed in 0..<20 {
                group.addTask { try await store(seed: UInt64(seed)).keySet(signingWith: .hs256).signer?.id }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await records().count == 1)
    }

    @Test func `a store that runs a write twice has one key`() async throws {
        let storage = InMemoryStorage(repeatsWrites: true)
        let store = SigningKeyStore(
            storage: storage, keyring: try Provision.forTests().keyring, time: time, random: CountedRandom())
        _ = try await store.keySet(signingWith: .es256)
        #expect(try await storage.read { records throws(StorageError) in try records.keys.all() }.count == 1)
    }

    @Test func `after a change of the algorithm, old tokens stay valid until the last has expired`() async throws {
        let old = try await issuer("EdDSA")
        let token = try old.issue(to: Self.account(), in: SessionID("session"))
        time.advance(by: .seconds(1))
        let new = try await issuer("ES256")
        #expect(new.verify(token.token.reveal().utf8) == .valid(token.claims))
        #expect(try await records().map(\.state) == [.retired, .active])
        #expect(try await records().map(\.retiredAt) == [time.now(), nil])
        #expect(keyTypes(new) == ["OKP", "EC"])
        time.advance(by: .seconds(3660))
        #expect(keyTypes(new) == ["EC"])
        #expect(new.verify(token.token.reveal().utf8) == .invalid(reason: "unknown key"))
    }

    @Test func `after a change to and fro, a new key signs`() async throws {
        let first = try await store().keySet(signingWith: .es256).signer?.id
        time.advance(by: .seconds(1))
        _ = try await store().keySet(signingWith: .edDSA)
        time.advance(by: .seconds(1))
        let third = try await store().keySet(signingWith: .es256).signer?.id
        #expect(first != third)
        #expect(try await records().map(\.state) == [.retired, .retired, .active])
    }

    @Test func `a key that is published alone verifies, and does not sign`() async throws {
        let other = try await SigningKeyStoreTests().publishedRecord()
        try await storage.write { records throws(StorageError) in try records.keys.insert(other) }
        let set = try await store().keySet(signingWith: .es256)
        #expect(set.signer?.id != other.id)
        #expect(set.member(other.id, at: time.now()) != nil)
    }

    @Test func `after a change of the algorithm, no key of the old one waits to sign`() async throws {
        _ = try await store().keySet(signingWith: .edDSA)
        time.advance(by: .seconds(1))
        _ = try await StoredSigningKeys(store: store()).publish(by: "tester")
        #expect(try await records().map(\.state) == [.active, .published])
        time.advance(by: .seconds(1))
        _ = try await store().keySet(signingWith: .es256)
        #expect(try await records().map(\.algorithm) == ["EdDSA", "ES256"])
        #expect(try await records().map(\.state) == [.retired, .active])
    }

    @Test func `no key's id looks like an option of the command line`() async throws {
        for _ in 0..<1000 { #expect(try await !store().newRecord(.edDSA).id.hasPrefix("-")) }
    }

    @Test func `a symmetric key is never shown`() async throws {
        let issuer = try await issuer("HS256")
        #expect(String(decoding: issuer.publicKeySet(), as: UTF8.self) == #"{"keys":[]}"#)
    }

    @Test func `a secret file that does not fit refuses the start, and names the key`() async throws {
        let id = try #require(try await store().keySet(signingWith: .es256).signer?.id)
        let cases = [
            ("other", "signing key '\(id)' cannot be opened: server.secret_file does not fit, it has no key 'test'"),
            ("test", "signing key '\(id)' cannot be opened: server.secret_file does not fit, or the key is damaged"),
        ]
        for (secretID, message) in cases {
            let keyring = SecretKeyring([(id: secretID, key: Secret([UInt8](repeating: 9, count: 32)))])
            let store = SigningKeyStore(storage: storage, keyring: keyring, time: time, random: CountedRandom())
            let failure = await #expect(throws: SigningKeyFailure.self) { try await store.keySet(signingWith: .es256) }
            #expect(failure?.description == message)
        }
        #expect(try await records().count == 1)
    }

    @Test func `a key of one id or algorithm cannot stand for another`() async throws {
        _ = try await store().keySet(signingWith: .hs256)
        for change in [("another", "HS256"), (try await records()[0].id, "EdDSA")] {
            try await storage.write { records throws(StorageError) in
                guard var record = try records.keys.all().first else { return }
                _ = try records.keys.delete(record.id)
                (record.id, record.algorithm) = change
                try records.keys.insert(record)
            }
            await #expect(throws: SigningKeyFailure.unreadable(keyID: change.0)) {
                try await store().keySet(signingWith: .hs256)
            }
        }
    }

    @Test func `a key of an unknown algorithm refuses the start`() async throws {
        var record = try await SigningKeyStoreTests().publishedRecord()
        record.algorithm = "XX512"
        try await storage.write { [record] records throws(StorageError) in try records.keys.insert(record) }
        let failure = await #expect(throws: SigningKeyFailure.self) { try await store().keySet(signingWith: .es256) }
        #expect(
            failure?.description
                == "signing key '\(record.id)' is of algorithm 'XX512', which this version does not know")
    }

    private func store(seed: UInt64 = 0) throws -> SigningKeyStore {
        SigningKeyStore(
            storage: storage, keyring: try Provision.forTests().keyring, time: time, random: CountedRandom(seed: seed))
    }

    private func issuer(_ algorithm: String) async throws -> any TokenIssuer {
        try await Slot.tokens.product(
            of: ["use": "jwt", "algorithm": .scalar(algorithm)], among: .providers,
            with: .forTests(time: time, storage: storage))
    }

    private func records() async throws -> [SigningKeyRecord] {
        try await storage.read { records throws(StorageError) in try records.keys.all() }
    }

    private func publishedRecord() async throws -> SigningKeyRecord {
        _ = try await store(seed: 99).keySet(signingWith: .es256)
        var record = try await records()[0]
        record.state = .published
        record.activatedAt = nil
        return record
    }

    private func keyTypes(_ issuer: any TokenIssuer) -> [String?]? {
        try? JSONValue(strictly: issuer.publicKeySet())["keys"]?.array?.map { $0["kty"]?.string }
    }

    private static func account() throws -> Account {
        Account(
            id: AccountID("account"), username: try Username("johndoe"), email: try EmailAddress("j@example.com"),
            passwordHash: PasswordHash(""), createdAt: Timestamp(seconds: 0))
    }
}
