import GatewayJOSE
import GatewayKit
import Testing

@testable import GatewayProviders

/// Two RSA keys for all tests of a run, since making one takes seconds.
enum RSAKeys {
    private static let keys = Result { try (0..<2).map { _ in try SigningKey(making: .rs256, from: SystemRandom()) } }

    /// Puts one of them into a store as its signing key, so that an issuer finds it there and makes none.
    static func put(
        number: Int, into storage: any Storage, _ keyring: SecretKeyring, _ moment: Timestamp
    ) async throws {
        let key = try keys.get()[number]
        let id = try #require(key.verification.thumbprint)
        let sealed = try keyring.seal(key.material.reveal(), for: "signing-key \(id) RS256")
        let record = SigningKeyRecord(
            id: id, algorithm: "RS256", state: .active, sealed: sealed, createdAt: moment, activatedAt: moment)
        try await storage.write { records throws(StorageError) in try records.keys.insert(record) }
    }
}
