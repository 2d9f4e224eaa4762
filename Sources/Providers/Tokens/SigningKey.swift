import Crypto
import CryptoExtras
import Foundation
import GatewayJOSE
import GatewayKit

/// A key that signs, of one algorithm and no other.
enum SigningKey: Sendable {
    case es256(P256.Signing.PrivateKey)
    case edDSA(Curve25519.Signing.PrivateKey)
    case rs256(_RSA.Signing.PrivateKey)
    case hs256(SymmetricKey)

    /// Makes a new key; RSA of 3,072 bits takes a second or so.
    init(making algorithm: SigningAlgorithm, from random: any RandomSource) throws {
        switch algorithm {
        case .es256: self = .es256(P256.Signing.PrivateKey())
        case .edDSA: self = .edDSA(Curve25519.Signing.PrivateKey())
        case .rs256: self = .rs256(try _RSA.Signing.PrivateKey(keySize: .bits3072))
        case .hs256: self = .hs256(SymmetricKey(data: random.bytes(32)))
        }
    }

    /// Makes a new key on a thread of its own where that takes a while, so that no request waits behind it.
    static func make(_ algorithm: SigningAlgorithm, from random: any RandomSource) async throws -> Self {
        guard algorithm == .rs256 else { return try Self(making: algorithm, from: random) }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self(making: algorithm, from: random) })
            }
        }
    }

    /// Takes what ``material`` gave; throws when it is none of this algorithm.
    init(_ algorithm: SigningAlgorithm, material: Secret<[UInt8]>) throws {
        let bytes = material.reveal()
        switch algorithm {
        case .es256: self = .es256(try P256.Signing.PrivateKey(rawRepresentation: bytes))
        case .edDSA: self = .edDSA(try Curve25519.Signing.PrivateKey(rawRepresentation: bytes))
        case .rs256: self = .rs256(try _RSA.Signing.PrivateKey(derRepresentation: bytes))
        case .hs256: self = .hs256(SymmetricKey(data: bytes))
        }
    }

    /// The private key's bytes: the raw scalar, seed or secret; PKCS#1 for RSA.
    var material: Secret<[UInt8]> {
        switch self {
        case .es256(let key): Secret(Array(key.rawRepresentation))
        case .edDSA(let key): Secret(Array(key.rawRepresentation))
        case .rs256(let key): Secret(Array(key.derRepresentation))
        case .hs256(let key): Secret(key.withUnsafeBytes { unsafe Array($0) })
        }
    }

    /// The key that checks what this one signs.
    var verification: VerificationKey {
        switch self {
        case .es256(let key): .es256(key.publicKey)
        case .edDSA(let key): .edDSA(key.publicKey)
        case .rs256(let key): .rs256(key.publicKey)
        case .hs256(let key): .hs256(key)
        }
    }

    /// A signature in JWS's form.
    func sign(_ input: [UInt8]) throws -> [UInt8] {
        switch self {
        case .es256(let key): Array(try key.signature(for: input).rawRepresentation)
        case .edDSA(let key): Array(try key.signature(for: input))
        case .rs256(let key): Array(try key.signature(for: input, padding: .insecurePKCS1v1_5).rawRepresentation)
        case .hs256(let key): Array(HMAC<SHA256>.authenticationCode(for: input, using: key))
        }
    }
}
