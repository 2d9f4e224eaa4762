import GatewayKit

/// The keys of one moment: the one that signs, and all that tokens may still be signed by.
struct SigningKeySet: Sendable {
    /// A key that tokens may be signed by.
    struct Member: Sendable {
        /// The `kid`.
        let id: String
        /// What checks its signatures.
        let key: VerificationKey
        /// When its last token has expired; nil while it signs or will sign.
        let goodUntil: Timestamp?
        /// The public key as a JWK; nil for a symmetric one.
        let jwk: JSONValue?

        /// States the parts that the rest follows from.
        init(id: String, key: VerificationKey, goodUntil: Timestamp?) {
            self.id = id
            self.key = key
            self.goodUntil = goodUntil
            jwk = key.jwk(id: id)
        }
    }

    /// The `kid` of the key that signs.
    let signerID: String
    /// The key that signs.
    let signer: SigningKey
    private let members: [Member]

    /// States the parts; the signer is one of the members.
    init(signerID: String, signer: SigningKey, members: [Member]) {
        self.signerID = signerID
        self.signer = signer
        self.members = members
    }

    /// The key of exactly that id, if tokens may still be signed by it.
    func member(_ id: String, at moment: Timestamp) -> Member? {
        // Swift compares texts by canonical equivalence, which is not exact: U+212A is not K here.
        members.first { $0.id.utf8.elementsEqual(id.utf8) && isGood($0, at: moment) }
    }

    /// The public keys as a JWK Set.
    func publicKeys(at moment: Timestamp) -> JSONValue {
        ["keys": .array(members.filter { isGood($0, at: moment) }.compactMap(\.jwk))]
    }

    private func isGood(_ member: Member, at moment: Timestamp) -> Bool {
        member.goodUntil.map { moment < $0 } ?? true
    }
}
