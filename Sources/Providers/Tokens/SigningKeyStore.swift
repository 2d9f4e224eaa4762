import GatewayKit

/// Keeps signing keys in the deployment's store, sealed under its secret file, and makes the first.
struct SigningKeyStore: Sendable {
    private let storage: any Storage
    private let keyring: SecretKeyring
    private let time: any TimeSource
    private let random: any RandomSource

    init(storage: any Storage, keyring: SecretKeyring, time: any TimeSource, random: any RandomSource) {
        self.storage = storage
        self.keyring = keyring
        self.time = time
        self.random = random
    }

    /// The keys of the store, one of that algorithm signing: where there is none, one is made, and the one of another
    /// algorithm retires. Processes that start at once agree. Throws ``SigningKeyFailure`` and `StorageError`.
    func keySet(signingWith algorithm: SigningAlgorithm) async throws -> SigningKeySet {
        var records = try await storage.read { records throws(StorageError) in try records.keys.all() }
        // What does not fit refuses the start before anything is changed.
        _ = try members(of: records)
        if Self.signer(in: records, algorithm) == nil {
            // Made before the transaction, which may run again and must not be held up; thrown away when another was
            // first.
            let (id, sealed) = try make(algorithm)
            let now = time.now()
            records = try await storage.write { records throws(StorageError) in
                let known = try records.keys.all()
                guard Self.signer(in: known, algorithm) == nil else { return known }
                for var old in known where old.state == .active {
                    old.state = .retired
                    old.retiredAt = now
                    _ = try records.keys.update(old)
                }
                try records.keys.insert(
                    SigningKeyRecord(
                        id: id, algorithm: algorithm.rawValue, state: .active, sealed: sealed, createdAt: now,
                        activatedAt: now))
                return try records.keys.all()
            }
        }
        guard let signer = Self.signer(in: records, algorithm) else { throw SigningKeyFailure.vanished }
        return SigningKeySet(signerID: signer.id, signer: try open(signer), members: try members(of: records))
    }

    /// The keys that tokens may still be signed by.
    private func members(of records: [SigningKeyRecord]) throws(SigningKeyFailure) -> [SigningKeySet.Member] {
        var members: [SigningKeySet.Member] = []
        for record in records {
            let end = record.state == .retired ? Self.end(of: record) : nil
            if let end, end <= time.now() { continue }
            members.append(SigningKeySet.Member(id: record.id, key: try open(record).verification, goodUntil: end))
        }
        return members
    }

    private func open(_ record: SigningKeyRecord) throws(SigningKeyFailure) -> SigningKey {
        guard let algorithm = SigningAlgorithm(rawValue: record.algorithm) else {
            throw .unknownAlgorithm(record.algorithm, keyID: record.id)
        }
        let material: [UInt8]
        do throws(SealError) {
            material = try keyring.open(record.sealed, for: Self.purpose(record.id, algorithm))
        } catch {
            switch error {
            case .unknownKey(let id): throw .sealedWithAnotherSecret(keyID: record.id, secretID: id)
            case .unreadable: throw .unreadable(keyID: record.id)
            }
        }
        guard let key = try? SigningKey(algorithm, material: Secret(material)) else {
            throw .unreadable(keyID: record.id)
        }
        return key
    }

    private func make(_ algorithm: SigningAlgorithm) throws -> (id: String, sealed: [UInt8]) {
        let key = try SigningKey(making: algorithm, from: random)
        let id = key.verification.thumbprint ?? random.identifier()
        return (id, try keyring.seal(key.material.reveal(), for: Self.purpose(id, algorithm)))
    }

    private static func purpose(_ id: String, _ algorithm: SigningAlgorithm) -> String {
        "signing-key \(id) \(algorithm.rawValue)"
    }

    /// The youngest active key of an algorithm.
    private static func signer(in records: [SigningKeyRecord], _ algorithm: SigningAlgorithm) -> SigningKeyRecord? {
        records.last { $0.state == .active && $0.algorithm == algorithm.rawValue }
    }

    /// When the last token of a retired key has expired, however long the lifetime was set while it signed.
    private static func end(of record: SigningKeyRecord) -> Timestamp {
        (record.retiredAt ?? record.createdAt) + TokenLifetimes.longestAccess + JWTIssuer.leeway
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
