import Crypto
import CryptoExtras
import Foundation
import GatewayKit
import Testing

@testable import GatewayJOSE

/// Signs as another issuer would, by one algorithm; all signers of an algorithm have the same key.
struct Signer {
    let algorithm: JWSAlgorithm

    init(_ algorithm: JWSAlgorithm) { self.algorithm = algorithm }

    private struct Keys {
        let rsa: _RSA.Signing.PrivateKey
        let p256 = P256.Signing.PrivateKey()
        let p384 = P384.Signing.PrivateKey()
        let p521 = P521.Signing.PrivateKey()
        let ed25519 = Curve25519.Signing.PrivateKey()
        let secret = SymmetricKey(size: SymmetricKeySize(bitCount: 512))
    }

    private static let keys = Result { Keys(rsa: try _RSA.Signing.PrivateKey(keySize: .bits2048)) }

    /// The key that checks.
    func key() throws -> VerificationKey { try signed([]).key }

    /// The key that checks, and a signature.
    func signed(_ input: [UInt8]) throws -> (key: VerificationKey, signature: [UInt8]) {
        let keys = try Self.keys.get()
        let rsa = keys.rsa.publicKey
        switch algorithm {
        case .rs256: return (.rs256(rsa), try rsaSigned(SHA256.hash(data: input), .insecurePKCS1v1_5))
        case .rs384: return (.rs384(rsa), try rsaSigned(SHA384.hash(data: input), .insecurePKCS1v1_5))
        case .rs512: return (.rs512(rsa), try rsaSigned(SHA512.hash(data: input), .insecurePKCS1v1_5))
        case .ps256: return (.ps256(rsa), try rsaSigned(SHA256.hash(data: input), .PSS))
        case .ps384: return (.ps384(rsa), try rsaSigned(SHA384.hash(data: input), .PSS))
        case .ps512: return (.ps512(rsa), try rsaSigned(SHA512.hash(data: input), .PSS))
        case .es256: return (.es256(keys.p256.publicKey), Array(try keys.p256.signature(for: input).rawRepresentation))
        case .es384: return (.es384(keys.p384.publicKey), Array(try keys.p384.signature(for: input).rawRepresentation))
        case .es512: return (.es512(keys.p521.publicKey), Array(try keys.p521.signature(for: input).rawRepresentation))
        case .edDSA: return (.edDSA(keys.ed25519.publicKey), Array(try keys.ed25519.signature(for: input)))
        case .hs256:
            return (.hs256(keys.secret), Array(HMAC<SHA256>.authenticationCode(for: input, using: keys.secret)))
        case .hs384:
            return (.hs384(keys.secret), Array(HMAC<SHA384>.authenticationCode(for: input, using: keys.secret)))
        case .hs512:
            return (.hs512(keys.secret), Array(HMAC<SHA512>.authenticationCode(for: input, using: keys.secret)))
        }
    }

    /// The key as a JWK with other members, or without those that are nil.
    func jwk(id: String? = "k1", _ changes: [String: JSONValue?] = [:]) throws -> JSONValue {
        let key = try key()
        let secret = try Self.keys.get().secret.withUnsafeBytes { Base64URL.encode(Array($0)) }
        var members = key.publicMembers ?? [.init("kty", "oct"), .init("k", .string(secret))]
        members.append(.init("alg", .string(algorithm.rawValue)))
        if let id { members.append(.init("kid", .string(id))) }
        members.removeAll { changes.keys.contains($0.name) }
        return .object(
            members
                + changes.sorted { $0.key < $1.key }.compactMap { name, value in
                    value.map { JSONValue.Member(name, $0) }
                })
    }

    private func rsaSigned(_ digest: some Digest, _ padding: _RSA.Signing.Padding) throws -> [UInt8] {
        Array(try Self.keys.get().rsa.signature(for: digest, padding: padding).rawRepresentation)
    }
}
