public import Crypto
public import CryptoExtras
import Foundation
public import GatewayKit

/// A key that checks signatures, of one algorithm and no other.
public enum VerificationKey: Sendable {
    /// `RS256`.
    case rs256(_RSA.Signing.PublicKey)
    /// `RS384`.
    case rs384(_RSA.Signing.PublicKey)
    /// `RS512`.
    case rs512(_RSA.Signing.PublicKey)
    /// `PS256`.
    case ps256(_RSA.Signing.PublicKey)
    /// `PS384`.
    case ps384(_RSA.Signing.PublicKey)
    /// `PS512`.
    case ps512(_RSA.Signing.PublicKey)
    /// `ES256`.
    case es256(P256.Signing.PublicKey)
    /// `ES384`.
    case es384(P384.Signing.PublicKey)
    /// `ES512`.
    case es512(P521.Signing.PublicKey)
    /// `EdDSA`.
    case edDSA(Curve25519.Signing.PublicKey)
    /// `HS256`.
    case hs256(SymmetricKey)
    /// `HS384`.
    case hs384(SymmetricKey)
    /// `HS512`.
    case hs512(SymmetricKey)

    /// The one algorithm.
    public var algorithm: JWSAlgorithm {
        switch self {
        case .rs256: .rs256
        case .rs384: .rs384
        case .rs512: .rs512
        case .ps256: .ps256
        case .ps384: .ps384
        case .ps512: .ps512
        case .es256: .es256
        case .es384: .es384
        case .es512: .es512
        case .edDSA: .edDSA
        case .hs256: .hs256
        case .hs384: .hs384
        case .hs512: .hs512
        }
    }

    /// Whether a signature, in JWS's form of it, is this key's over these bytes.
    public func isValid(_ signature: [UInt8], over input: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .rs256(let key): Self.isRSA(signature, over: SHA256.hash(data: input), key, .insecurePKCS1v1_5)
        case .rs384(let key): Self.isRSA(signature, over: SHA384.hash(data: input), key, .insecurePKCS1v1_5)
        case .rs512(let key): Self.isRSA(signature, over: SHA512.hash(data: input), key, .insecurePKCS1v1_5)
        // The salt is as long as the hash (RFC 7518, section 3.5), which is what the library asks for.
        case .ps256(let key): Self.isRSA(signature, over: SHA256.hash(data: input), key, .PSS)
        case .ps384(let key): Self.isRSA(signature, over: SHA384.hash(data: input), key, .PSS)
        case .ps512(let key): Self.isRSA(signature, over: SHA512.hash(data: input), key, .PSS)
        // JWS has r and s side by side (RFC 7518, section 3.4), never DER.
        case .es256(let key):
            Self.halves(signature, 64, P256.Signing.ECDSASignature.init(rawRepresentation:))
                .map { key.isValidSignature($0, for: input) } ?? false
        case .es384(let key):
            Self.halves(signature, 96, P384.Signing.ECDSASignature.init(rawRepresentation:))
                .map { key.isValidSignature($0, for: input) } ?? false
        case .es512(let key):
            Self.halves(signature, 132, P521.Signing.ECDSASignature.init(rawRepresentation:))
                .map { key.isValidSignature($0, for: input) } ?? false
        case .edDSA(let key): signature.count == 64 && key.isValidSignature(signature, for: input)
        case .hs256(let key): HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: input, using: key)
        case .hs384(let key): HMAC<SHA384>.isValidAuthenticationCode(signature, authenticating: input, using: key)
        case .hs512(let key): HMAC<SHA512>.isValidAuthenticationCode(signature, authenticating: input, using: key)
        }
    }

    private static func isRSA(
        _ signature: [UInt8], over digest: some Digest, _ key: _RSA.Signing.PublicKey, _ padding: _RSA.Signing.Padding
    ) -> Bool {
        guard signature.count == (key.keySizeInBits + 7) / 8 else { return false }
        return key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: padding)
    }

    private static func halves<Signature>(
        _ bytes: [UInt8], _ length: Int, _ make: ([UInt8]) throws -> Signature
    ) -> Signature? {
        bytes.count == length ? try? make(bytes) : nil
    }
}

extension VerificationKey {
    /// The members that make up the public key as a JWK (RFC 7517), in the order that its thumbprint wants; nil for a
    /// symmetric key, which is never shown.
    public var publicMembers: [JSONValue.Member]? {
        switch self {
        case .es256(let key): Self.members(curve: "P-256", Array(key.rawRepresentation))
        case .es384(let key): Self.members(curve: "P-384", Array(key.rawRepresentation))
        case .es512(let key): Self.members(curve: "P-521", Array(key.rawRepresentation))
        case .edDSA(let key):
            Self.members([
                ("crv", "Ed25519"), ("kty", "OKP"), ("x", Base64URL.encode(Array(key.rawRepresentation))),
            ])
        case .rs256(let key), .rs384(let key), .rs512(let key), .ps256(let key), .ps384(let key), .ps512(let key):
            (try? key.getKeyPrimitives()).map { numbers in
                Self.members([
                    ("e", Base64URL.encode(Array(numbers.publicExponent))), ("kty", "RSA"),
                    ("n", Base64URL.encode(Array(numbers.modulus))),
                ])
            }
        case .hs256, .hs384, .hs512: nil
        }
    }

    /// The public key's thumbprint (RFC 7638), which is its `kid`; nil for a symmetric key.
    public var thumbprint: String? {
        publicMembers.map { Base64URL.encode(Array(SHA256.hash(data: JSONValue.object($0).encoded()))) }
    }

    /// The public key as a JWK under an id; nil for a symmetric key.
    public func jwk(id: String) -> JSONValue? {
        publicMembers.map {
            .object($0 + Self.members([("alg", algorithm.rawValue), ("kid", id), ("use", "sig")]))
        }
    }

    private static func members(curve: String, _ point: [UInt8]) -> [JSONValue.Member] {
        members([
            ("crv", curve), ("kty", "EC"), ("x", Base64URL.encode(Array(point.prefix(point.count / 2)))),
            ("y", Base64URL.encode(Array(point.suffix(point.count / 2)))),
        ])
    }

    private static func members(_ texts: [(String, String)]) -> [JSONValue.Member] {
        texts.map { JSONValue.Member($0.0, .string($0.1)) }
    }
}
