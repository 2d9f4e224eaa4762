import Crypto
import CryptoExtras
import Foundation
import GatewayKit

/// A key that checks signatures, of one algorithm and no other.
enum VerificationKey: Sendable {
    case es256(P256.Signing.PublicKey)
    case edDSA(Curve25519.Signing.PublicKey)
    case rs256(_RSA.Signing.PublicKey)
    case hs256(SymmetricKey)

    /// The one algorithm.
    var algorithm: SigningAlgorithm {
        switch self {
        case .es256: .es256
        case .edDSA: .edDSA
        case .rs256: .rs256
        case .hs256: .hs256
        }
    }

    /// Whether a signature, in JWS's form of it, is this key's over these bytes.
    func isValid(_ signature: [UInt8], over input: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .es256(let key):
            // JWS has r and s side by side (RFC 7518, section 3.4), never DER.
            guard signature.count == 64, let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: input)
        case .edDSA(let key):
            return signature.count == 64 && key.isValidSignature(signature, for: input)
        case .rs256(let key):
            guard signature.count == key.keySizeInBits / 8 else { return false }
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(signature, for: input, padding: .insecurePKCS1v1_5)
        case .hs256(let key):
            return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: input, using: key)
        }
    }

    /// The members that make up the public key as a JWK (RFC 7517), in the order that its thumbprint wants; nil for a
    /// symmetric key, which is never shown.
    var publicMembers: [JSONValue.Member]? {
        switch self {
        case .es256(let key):
            let point = Array(key.rawRepresentation)
            return members([
                ("crv", "P-256"), ("kty", "EC"), ("x", Base64URL.encode(Array(point.prefix(32)))),
                ("y", Base64URL.encode(Array(point.suffix(32)))),
            ])
        case .edDSA(let key):
            return members([
                ("crv", "Ed25519"), ("kty", "OKP"), ("x", Base64URL.encode(Array(key.rawRepresentation))),
            ])
        case .rs256(let key):
            guard let numbers = try? key.getKeyPrimitives() else { return nil }
            return members([
                ("e", Base64URL.encode(Array(numbers.publicExponent))), ("kty", "RSA"),
                ("n", Base64URL.encode(Array(numbers.modulus))),
            ])
        case .hs256: return nil
        }
    }

    /// The public key's thumbprint (RFC 7638), which is its `kid`; nil for a symmetric key.
    var thumbprint: String? {
        publicMembers.map { Base64URL.encode(Array(SHA256.hash(data: JSONValue.object($0).encoded()))) }
    }

    /// The public key as a JWK under an id; nil for a symmetric key.
    func jwk(id: String) -> JSONValue? {
        publicMembers.map { .object($0 + members([("alg", algorithm.rawValue), ("kid", id), ("use", "sig")])) }
    }

    private func members(_ texts: [(String, String)]) -> [JSONValue.Member] {
        texts.map { JSONValue.Member($0.0, .string($0.1)) }
    }
}
