import Foundation
import GatewayJOSE
import GatewayKit

/// Keeps signing keys in the deployment's store, sealed under its secret file, and makes the first.
///
/// `Rotation/` has what becomes of them: `SigningKeyLife` the rules, `SigningKeyRotation` the service that applies them
/// and follows the store, `StoredSigningKeys` what operators do.
struct SigningKeyStore: Sendable {
    /// Who the audit trail says has done what is due.
    static let actor = "gateway"

    let storage: any Storage
    let keyring: SecretKeyring
    let time: any TimeSource
    let random: any RandomSource

    /// All keys as they are kept, the oldest first.
    func records() async throws(StorageError) -> [SigningKeyRecord] {
        try await storage.read { records throws(StorageError) in try records.keys.all() }
    }

    /// The keys of the store, one of that algorithm signing: where there is none, one is made, and the one of another
    /// algorithm retires. Processes that start at once agree. Throws ``SigningKeyFailure`` and `StorageError`.
    func keySet(signingWith algorithm: SigningAlgorithm) async throws -> SigningKeySet {
        let found = try await records()
        // What does not fit refuses the start before anything is changed.
        let set = try keySet(of: found)
        guard Self.signer(in: found, algorithm) == nil else { return set }
        // Made before the transaction, which may run again and must not be held up; thrown away when another was first.
        let made = try await newRecord(algorithm)
        let records = try await storage.write { records throws(StorageError) in
            if Self.signer(in: try records.keys.all(), algorithm) == nil {
                try records.keys.insert(made)
                _ = try records.activate(made.id, at: made.createdAt, by: Self.actor)
            }
            return try records.keys.all()
        }
        guard Self.signer(in: records, algorithm) != nil else { throw SigningKeyFailure.vanished }
        return try keySet(of: records)
    }

    /// The set that records make up; throws what is wrong with the first that cannot be opened.
    func keySet(of records: [SigningKeyRecord]) throws(SigningKeyFailure) -> SigningKeySet {
        let (set, failures) = keySet(of: records, knowing: .none)
        if let failure = failures.first { throw failure }
        return set
    }

    /// The set that records make up as far as they can be opened, and what is wrong with the others. Keys of `known`
    /// are not opened again, for a key never changes under its id. When the one that is to sign cannot be opened, the
    /// one that signed goes on, as long as the store has it.
    func keySet(
        of records: [SigningKeyRecord], knowing known: SigningKeySet
    ) -> (set: SigningKeySet, failures: [SigningKeyFailure]) {
        var members: [SigningKeySet.Member] = []
        var failures: [SigningKeyFailure] = []
        for record in records {
            let end = SigningKeyLife.end(of: record)
            if let end, end <= time.now() { continue }
            do throws(SigningKeyFailure) {
                let key = if let key = known.key(record.id, record.algorithm) { key } else { try open(record) }
                members.append(SigningKeySet.Member(id: record.id, signing: key, goodUntil: end))
            } catch {
                failures.append(error)
            }
        }
        let active = SigningKeyLife.active(in: records)?.id
        let isOpen = members.contains { $0.id == active }
        return (SigningKeySet(signer: isOpen ? active : known.signer?.id, members: members), failures)
    }

    /// A new key, sealed and not stored yet, in the state that comes first.
    func newRecord(_ algorithm: SigningAlgorithm) async throws -> SigningKeyRecord {
        var key: SigningKey
        var id: String
        repeat {
            key = try await SigningKey.make(algorithm, from: random)
            id = key.verification.thumbprint ?? random.identifier()
            // One thumbprint in 64 begins as an option does, and could not be named on the command line.
        } while id.hasPrefix("-")
        let sealed = try keyring.seal(key.material.reveal(), for: Self.purpose(id, algorithm.rawValue))
        return SigningKeyRecord(
            id: id, algorithm: algorithm.rawValue, state: .published, sealed: sealed, createdAt: time.now())
    }

    /// A key as the first one of the secret file seals it; nil when it has.
    func resealed(_ record: SigningKeyRecord) throws(SigningKeyFailure) -> [UInt8]? {
        do throws(SealError) {
            return try keyring.resealed(record.sealed, for: Self.purpose(record.id, record.algorithm))
        } catch {
            throw SigningKeyFailure(error, keyID: record.id)
        }
    }

    private func open(_ record: SigningKeyRecord) throws(SigningKeyFailure) -> SigningKey {
        guard let algorithm = SigningAlgorithm(rawValue: record.algorithm) else {
            throw .unknownAlgorithm(record.algorithm, keyID: record.id)
        }
        let material: [UInt8]
        do throws(SealError) {
            material = try keyring.open(record.sealed, for: Self.purpose(record.id, record.algorithm))
        } catch {
            throw SigningKeyFailure(error, keyID: record.id)
        }
        guard let key = try? SigningKey(algorithm, material: Secret(material)) else {
            throw .unreadable(keyID: record.id)
        }
        return key
    }

    private static func purpose(_ id: String, _ algorithm: String) -> String { "signing-key \(id) \(algorithm)" }

    /// The youngest active key of an algorithm.
    private static func signer(in records: [SigningKeyRecord], _ algorithm: SigningAlgorithm) -> SigningKeyRecord? {
        records.last { $0.state == .active && $0.algorithm == algorithm.rawValue }
    }
}

/// Why the store's signing keys cannot be used.
enum SigningKeyFailure: Error, Hashable, CustomStringConvertible {
    /// The secret file lacks the key that sealed it.
    case sealedWithAnotherSecret(keyID: String, secretID: String)
    /// It is damaged, or the secret file's key of that id is another one.
    case unreadable(keyID: String)
    /// A newer version of this program may know it.
    case unknownAlgorithm(String, keyID: String)
    /// It was removed while this process started.
    case vanished

    init(_ error: SealError, keyID: String) {
        self =
            switch error {
            case .unknownKey(let id): .sealedWithAnotherSecret(keyID: keyID, secretID: id)
            case .unreadable: .unreadable(keyID: keyID)
            }
    }

    var description: String {
        switch self {
        case .sealedWithAnotherSecret(let keyID, let secretID):
            "signing key '\(keyID)' cannot be opened: server.secret_file does not fit, it has no key '\(secretID)'"
        case .unreadable(let keyID):
            "signing key '\(keyID)' cannot be opened: server.secret_file does not fit, or the key is damaged"
        case .unknownAlgorithm(let algorithm, let keyID):
            "signing key '\(keyID)' is of algorithm '\(algorithm)', which this version does not know"
        case .vanished: "the signing key was removed while the gateway started; start it again"
        }
    }
}
