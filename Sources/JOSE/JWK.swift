import Crypto
import CryptoExtras
import GatewayKit

/// A key that another issuer shows as a JWK (RFC 7517), fit to be trusted with its tokens.
public struct JWK: Sendable {
    /// The `kid`.
    public let id: String?
    /// The key, of the one algorithm that its `alg` names.
    public let key: VerificationKey
    /// What no other key shares: a SHA-256 of all that counts of it.
    public let fingerprint: String

    /// Takes a key; throws ``UnfitKey`` when it is none that tokens can be trusted to.
    init(_ value: JSONValue) throws(UnfitKey) {
        let members = try JWKMembers(value)
        try members.checkPurpose()
        id = try members.optionalText("kid")
        guard let name = try members.optionalText("alg") else { throw UnfitKey("no 'alg'") }
        guard let algorithm = JWSAlgorithm(rawValue: name) else {
            throw UnfitKey("'alg' is none that tokens are signed with")
        }
        switch try members.text("kty") {
        case "RSA": key = try members.rsa(algorithm)
        case "EC": key = try members.ellipticCurve(algorithm)
        case "OKP": key = try members.edwardsCurve(algorithm)
        case "oct": key = try members.secret(algorithm)
        default: throw UnfitKey("unknown 'kty'")
        }
        fingerprint = members.fingerprint
    }
}

/// Why a key is not fit; it repeats nothing of the key.
struct UnfitKey: Error, Hashable {
    /// The reason.
    let reason: String

    /// States a reason.
    init(_ reason: String) { self.reason = reason }
}

/// The members of a JWK, and the keys that they make (RFC 7518, section 6; RFC 8037, section 2).
private struct JWKMembers {
    private let value: JSONValue

    init(_ value: JSONValue) throws(UnfitKey) {
        guard value.object != nil else { throw UnfitKey("not a JSON object") }
        self.value = value
    }

    /// Refuses what is not there to check signatures.
    func checkPurpose() throws(UnfitKey) {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth"] where value[name] != nil {
            throw UnfitKey("states a private key")
        }
        if let use = value["use"], use.string != "sig" { throw UnfitKey("'use' is not 'sig'") }
        guard let operations = value["key_ops"] else { return }
        let fit = value["kty"]?.string == "oct" ? ["verify", "sign"] : ["verify"]
        guard let names = operations.array?.map(\.string), names.contains("verify"), Set(names).count == names.count,
            names.allSatisfy({ fit.contains($0 ?? "") })
        else { throw UnfitKey("'key_ops' is not for checking signatures") }
    }

    /// Over the values that make the key, its algorithm and its id.
    var fingerprint: String {
        let parts = ["kty", "kid", "alg", "crv", "n", "e", "x", "y", "k"].map { value[$0] ?? .null }
        return Base64URL.encode(Array(SHA256.hash(data: JSONValue.array(parts).encoded())))
    }

    func rsa(_ algorithm: JWSAlgorithm) throws(UnfitKey) -> VerificationKey {
        let modulus = try number("n")
        let exponent = try number("e")
        let length = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard length >= 2048 else { throw UnfitKey("RSA of \(length) bits, 2048 are the least") }
        guard length <= 8192 else { throw UnfitKey("RSA of \(length) bits, 8192 are the most") }
        guard let last = exponent.last, last % 2 == 1 else { throw UnfitKey("even RSA exponent") }
        guard exponent.count <= 4 else { throw UnfitKey("RSA exponent over 32 bits") }
        guard exponent.reduce(0, { $0 << 8 | Int($1) }) >= 65_537 else { throw UnfitKey("RSA exponent below 65537") }
        guard let end = modulus.last, end % 2 == 1 else { throw UnfitKey("even RSA modulus") }
        guard !InfineonStructure.isFound(in: modulus) else { throw UnfitKey("RSA with the ROCA structure") }
        let key = try made(orElse: UnfitKey("no RSA key")) { try _RSA.Signing.PublicKey(n: modulus, e: exponent) }
        switch algorithm {
        case .rs256: return .rs256(key)
        case .rs384: return .rs384(key)
        case .rs512: return .rs512(key)
        case .ps256: return .ps256(key)
        case .ps384: return .ps384(key)
        case .ps512: return .ps512(key)
        default: throw Self.misfit
        }
    }

    func ellipticCurve(_ algorithm: JWSAlgorithm) throws(UnfitKey) -> VerificationKey {
        let curve = try text("crv")
        let (x, y) = (try bytes("x"), try bytes("y"))
        switch (curve, algorithm) {
        case ("P-256", .es256):
            return .es256(try point(x, y, 32) { try P256.Signing.PublicKey(rawRepresentation: $0) })
        case ("P-384", .es384):
            return .es384(try point(x, y, 48) { try P384.Signing.PublicKey(rawRepresentation: $0) })
        case ("P-521", .es512):
            return .es512(try point(x, y, 66) { try P521.Signing.PublicKey(rawRepresentation: $0) })
        case ("P-256", _), ("P-384", _), ("P-521", _): throw Self.misfit
        default: throw UnfitKey("unknown 'crv'")
        }
    }

    func edwardsCurve(_ algorithm: JWSAlgorithm) throws(UnfitKey) -> VerificationKey {
        guard try text("crv") == "Ed25519" else { throw UnfitKey("unknown 'crv'") }
        guard algorithm == .edDSA else { throw Self.misfit }
        let x = try bytes("x")
        guard Edwards25519.isPublicKey(x) else { throw Self.pointElsewhere }
        return .edDSA(
            try made(orElse: Self.pointElsewhere) { try Curve25519.Signing.PublicKey(rawRepresentation: x) })
    }

    func secret(_ algorithm: JWSAlgorithm) throws(UnfitKey) -> VerificationKey {
        let secret = try bytes("k")
        let key = SymmetricKey(data: secret)
        switch algorithm {
        case .hs256: return .hs256(try long(key, 32))
        case .hs384: return .hs384(try long(key, 48))
        case .hs512: return .hs512(try long(key, 64))
        default: throw Self.misfit
        }
    }

    /// A secret is at least as long as the hash (RFC 7518, section 3.2).
    private func long(_ key: SymmetricKey, _ least: Int) throws(UnfitKey) -> SymmetricKey {
        guard key.bitCount >= least * 8 else {
            throw UnfitKey("a secret of \(key.bitCount / 8) bytes, \(least) are the least")
        }
        return key
    }

    /// Both coordinates have the full length (RFC 7518, section 6.2.1.2), and the library looks whether the point is on
    /// its curve.
    private func point<Key>(
        _ x: [UInt8], _ y: [UInt8], _ length: Int, _ make: ([UInt8]) throws -> Key
    ) throws(UnfitKey) -> Key {
        guard x.count == length, y.count == length else { throw UnfitKey("coordinates of another length") }
        return try made(orElse: Self.pointElsewhere) { try make(x + y) }
    }

    /// What the library makes of it, or the reason why it does not, in our words.
    private func made<Key>(orElse refusal: UnfitKey, _ make: () throws -> Key) throws(UnfitKey) -> Key {
        do {
            return try make()
        } catch {
            throw refusal
        }
    }

    /// A Base64urlUInt, which begins with no zero byte (RFC 7518, section 2).
    private func number(_ name: String) throws(UnfitKey) -> [UInt8] {
        let number = try bytes(name)
        guard number.first != 0, !number.isEmpty else { throw UnfitKey("'\(name)' begins with a zero byte") }
        return number
    }

    private func bytes(_ name: String) throws(UnfitKey) -> [UInt8] {
        guard let bytes = Base64URL.decode(try text(name).utf8) else {
            throw UnfitKey("'\(name)' is not canonical base64url")
        }
        return bytes
    }

    func text(_ name: String) throws(UnfitKey) -> String {
        guard let text = try optionalText(name) else { throw UnfitKey("no '\(name)'") }
        return text
    }

    func optionalText(_ name: String) throws(UnfitKey) -> String? {
        guard let member = value[name] else { return nil }
        guard let text = member.string else { throw UnfitKey("'\(name)' is not a text") }
        return text
    }

    private static let misfit = UnfitKey("'alg' does not fit the key")
    private static let pointElsewhere = UnfitKey("the point is not one of its curve")
}
