import Crypto
import Foundation
import GatewayAccess
import GatewayJOSE
import GatewayKit
import Testing

/// Another issuer, which signs whatever a test writes.
struct Stranger {
    /// When everything happens, as a manual clock begins.
    static let now: Int64 = 1_800_000_000
    static let name = "https://idp.example.com"

    let key = P256.Signing.PrivateKey()

    /// Its key set, with the key under an id and others behind it.
    func keySet(id: String? = "k1", algorithm: String = "ES256", and others: [JSONValue] = []) -> [UInt8] {
        JSONValue.object([.init("keys", .array([jwk(id: id, algorithm: algorithm)] + others))]).encoded()
    }

    func jwk(id: String? = "k1", algorithm: String = "ES256") -> JSONValue {
        let members =
            (VerificationKey.es256(key.publicKey).publicMembers ?? []) + [
                .init("alg", .string(algorithm))
            ]
        return .object(members + (id.map { [.init("kid", .string($0))] } ?? []))
    }

    /// The payload of a right token, with some members changed or, when nil, left out.
    static func payload(_ changes: [String: JSONValue?] = [:]) -> String {
        var members: [(String, JSONValue)] = [
            ("iss", .string(name)), ("aud", "gateway"), ("sub", "u-1"), ("exp", .number("\(now + 600)")),
            ("iat", .number("\(now)")), ("preferred_username", "Jane"), ("groups", ["Staff", "Other"]),
        ]
        members.removeAll { changes.keys.contains($0.0) }
        members += changes.sorted { $0.key < $1.key }.compactMap { name, value in value.map { (name, $0) } }
        return String(decoding: JSONValue.object(members.map { .init($0.0, $0.1) }).encoded(), as: UTF8.self)
    }

    /// A token of these texts, rightly signed.
    func token(
        _ header: String = #"{"alg":"ES256","kid":"k1","typ":"JWT"}"#, _ payload: String = payload()
    ) throws -> String {
        let input = encode(header) + "." + encode(payload)
        let signature = try key.signature(for: Array(input.utf8)).rawRepresentation
        return input + "." + Base64URL.encode(Array(signature))
    }

    /// What its tokens are taken for.
    static func terms(
        name: String = name, algorithms: Set<JWSAlgorithm> = [.es256], usernameClaim: String = "preferred_username",
        groups: [String: GroupName] = ["Staff": GroupName(stored: "staff"), "Boss": GroupName(stored: "staff")]
    ) -> ForeignIssuer.Terms {
        ForeignIssuer.Terms(
            issuer: name, audience: ["gateway", "reports"], algorithms: algorithms, prefix: "idp:",
            usernameClaim: usernameClaim, groups: groups)
    }

    /// An issuer of these keys.
    func issuer(_ terms: ForeignIssuer.Terms = terms(), keySet: [UInt8]? = nil) throws -> ForeignIssuer {
        let keys = IssuerKeys(now: .zero)
        keys.replace(by: try JWKSet(keySet ?? self.keySet(), allowingSymmetric: true), readAt: .zero)
        return ForeignIssuer(terms, keys: keys)
    }

    private func encode(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }
}

extension ForeignIssuer {
    /// Why a token is refused; nil when it is valid.
    func refusal(of token: String) -> String? {
        switch verdict(on: token.utf8, at: Timestamp(seconds: Stranger.now)) {
        case .valid: nil
        case .bad(let reason): reason
        case .none: "none"
        case .cannotDecide, .heldBack: "cannot decide"
        }
    }
}
