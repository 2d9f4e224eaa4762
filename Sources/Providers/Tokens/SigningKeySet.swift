import GatewayJOSE
import GatewayKit
import Synchronization

/// The keys of one moment: the one that signs, and all that tokens may still be signed by.
struct SigningKeySet: Sendable {
    /// A key that tokens may be signed by.
    struct Member: Sendable {
        /// The `kid`.
        let id: String
        /// The key itself; kept so that it need not be opened again when it begins to sign.
        let signing: SigningKey
        /// What checks its signatures.
        let key: VerificationKey
        /// When its last token has expired; nil while it signs or will sign.
        let goodUntil: Timestamp?
        /// The public key as a JWK; nil for a symmetric one.
        let jwk: JSONValue?

        /// States the parts that the rest follows from.
        init(id: String, signing: SigningKey, goodUntil: Timestamp?) {
            self.id = id
            self.signing = signing
            self.goodUntil = goodUntil
            key = signing.verification
            jwk = key.jwk(id: id)
        }
    }

    /// The key that signs.
    struct Signer: Sendable {
        /// The `kid`.
        let id: String
        /// The key.
        let key: SigningKey
        /// The header of every token that it signs, encoded.
        let header: String

        /// States the parts that the rest follows from.
        init(id: String, key: SigningKey) {
            self.id = id
            self.key = key
            let algorithm = key.verification.algorithm.rawValue
            let members: JSONValue = ["alg": .string(algorithm), "kid": .string(id), "typ": "at+jwt"]
            header = Base64URL.encode(members.encoded())
        }
    }

    /// The key that signs; nil when there is none, and nothing can be issued.
    let signer: Signer?
    private let members: [Member]

    /// States the parts; the signer is one of the members.
    init(signer: String?, members: [Member]) {
        self.members = members
        self.signer = members.first { $0.id == signer }.map { Signer(id: $0.id, key: $0.signing) }
    }

    /// No key at all.
    static let none = SigningKeySet(signer: nil, members: [])

    /// The key of exactly that id, if tokens may still be signed by it.
    func member(_ id: String, at moment: Timestamp) -> Member? {
        // Swift compares texts by canonical equivalence, which is not exact: U+212A is not K here.
        members.first { $0.id.utf8.elementsEqual(id.utf8) && isGood($0, at: moment) }
    }

    /// The key of that id and algorithm, whatever became of it.
    func key(_ id: String, _ algorithm: String) -> SigningKey? {
        members.first { $0.id == id && $0.key.algorithm.rawValue == algorithm }?.signing
    }

    /// The public keys as a JWK Set.
    func publicKeys(at moment: Timestamp) -> JSONValue {
        ["keys": .array(members.filter { isGood($0, at: moment) }.compactMap(\.jwk))]
    }

    private func isGood(_ member: Member, at moment: Timestamp) -> Bool {
        member.goodUntil.map { moment < $0 } ?? true
    }
}

/// The key set that an issuer works with; another takes its place as a whole.
final class CurrentKeys: Sendable {
    private let state: Mutex<SigningKeySet>

    /// Begins with a set.
    init(_ set: SigningKeySet) { state = Mutex(set) }

    /// The set of this moment.
    var set: SigningKeySet { state.withLock(\.self) }

    /// Puts another in its place.
    func replace(by set: SigningKeySet) { state.withLock { $0 = set } }
}
