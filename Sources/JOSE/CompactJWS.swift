import GatewayKit

/// A JWS in its compact serialization (RFC 7515, section 7.1), taken apart and not yet believed.
///
/// What API.md "Access tokens" refuses whatever the key says is refused here: other serializations, padding and every
/// non-canonical base64, duplicate members, `crit`, embedded keys and key URLs, anything over 8 KiB.
///
/// `VerificationKey` checks the signature by its `JWSAlgorithm`, `TokenClaims` reads what was signed. A `JWKSet` is
/// what another issuer shows of its keys, each a `JWK`; `InfineonStructure` and `Edwards25519` tell keys that are none.
public struct CompactJWS: Sendable {
    /// The greatest length of a token in bytes.
    public static let maximumLength = 8192

    /// The header's `alg`; to be compared with the key's, never to be followed.
    public let algorithm: String
    /// The header's `kid`.
    public let keyID: String?
    /// The header's `typ`.
    public let type: String?
    /// What the signature is said to be over: header and payload as they came, with the dot between.
    public let signingInput: ArraySlice<UInt8>
    /// The signature's bytes.
    public let signature: [UInt8]
    private let payload: [UInt8]

    /// Takes a token apart; throws ``TokenRefusal``.
    public init(_ token: some Collection<UInt8>) throws(TokenRefusal) {
        guard token.count <= Self.maximumLength else { throw TokenRefusal("longer than 8 KiB") }
        let bytes = Array(token)
        let dot = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: dot), let last = bytes.lastIndex(of: dot), first < last,
            !bytes[(first + 1)..<last].contains(dot)
        else { throw TokenRefusal("not of three parts") }
        guard let header = Base64URL.decode(bytes[..<first]), let payload = Base64URL.decode(bytes[(first + 1)..<last]),
            let signature = Base64URL.decode(bytes[(last + 1)...])
        else { throw TokenRefusal("not canonical base64url") }
        let members = try Self.members(of: header)
        for name in ["crit", "b64", "jwk", "jku", "x5c", "x5u"] where members[name] != nil {
            throw TokenRefusal("header states '\(name)'")
        }
        guard let algorithm = members["alg"]?.string else { throw TokenRefusal("no 'alg'") }
        self.algorithm = algorithm
        keyID = try Self.text("kid", in: members)
        type = try Self.text("typ", in: members)
        signingInput = bytes[..<last]
        self.payload = payload
        self.signature = signature
    }

    /// The claims, to be believed only once the signature has been checked; throws ``TokenRefusal``.
    public func claims() throws(TokenRefusal) -> TokenClaims { TokenClaims(try Self.members(of: payload)) }

    private static func members(of json: [UInt8]) throws(TokenRefusal) -> JSONValue {
        let value: JSONValue
        do throws(JSONRefusal) {
            value = try JSONValue(strictly: json, depth: 8)
        } catch {
            throw TokenRefusal(error.reason)
        }
        guard value.object != nil else { throw TokenRefusal("not a JSON object") }
        return value
    }

    private static func text(_ name: String, in members: JSONValue) throws(TokenRefusal) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.string else { throw TokenRefusal("'\(name)' is not a text") }
        return text
    }
}

/// Why a token is refused; for logs and tools, it repeats nothing of the token.
public struct TokenRefusal: Error, Hashable {
    /// The reason.
    public let reason: String

    /// States a reason.
    public init(_ reason: String) { self.reason = reason }
}
