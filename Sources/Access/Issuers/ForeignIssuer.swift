public import GatewayJOSE
public import GatewayKit

/// Another issuer whose tokens are taken, and what they are taken for.
public struct ForeignIssuer: Sendable {
    /// What its tokens must say, and how that is read.
    public struct Terms: Sendable {
        /// What `iss` is.
        public let issuer: String
        /// Of which `aud` names one.
        public let audience: [String]
        /// The algorithms that its keys may be of.
        public let algorithms: Set<JWSAlgorithm>
        /// What stands before its users' names and ids, so that they are nobody else's.
        public let prefix: String
        /// The claim that names the user.
        public let usernameClaim: String
        /// The claim that lists the user's groups.
        public let groupsClaim: String
        /// What its groups are called here, by the bytes of what they are called there; others do not count.
        private let groups: [[UInt8]: GroupName]

        /// States every part.
        public init(
            issuer: String, audience: [String], algorithms: Set<JWSAlgorithm>, prefix: String,
            usernameClaim: String = "sub", groupsClaim: String = "groups", groups: [String: GroupName] = [:]
        ) {
            self.issuer = issuer
            self.audience = audience
            self.algorithms = algorithms
            self.prefix = prefix
            self.usernameClaim = usernameClaim
            self.groupsClaim = groupsClaim
            self.groups = Dictionary(uniqueKeysWithValues: groups.map { (Array($0.utf8), $1) })
        }

        /// The groups of here that some of theirs stand for, each once.
        fileprivate func groups(_ theirs: [String]) -> [GroupName] {
            var seen: Set<GroupName> = []
            return theirs.compactMap { groups[Array($0.utf8)] }.filter { seen.insert($0).inserted }
        }
    }

    /// How far its clock may be ahead when it states `iat` or `nbf`; `exp` has no leeway.
    public static let leeway = Duration.seconds(60)

    /// The terms.
    public let terms: Terms
    /// Its keys.
    public let keys: IssuerKeys

    /// States both.
    public init(_ terms: Terms, keys: IssuerKeys) {
        self.terms = terms
        self.keys = keys
    }

    /// What a token is worth, whoever it says it is of.
    public func verdict(on token: some Collection<UInt8>, at now: Timestamp) -> CredentialVerdict {
        do throws(TokenRefusal) {
            let jws = try CompactJWS(token)
            return verdict(on: jws, try jws.claims(), at: now)
        } catch {
            return .bad(reason: error.reason)
        }
    }

    /// Whether this is its name, byte by byte.
    func hasName(_ name: String) -> Bool { terms.issuer.utf8.elementsEqual(name.utf8) }

    /// What a token that was taken apart is worth. As long as its keys were never read, nobody can tell.
    func verdict(on jws: CompactJWS, _ claims: TokenClaims, at now: Timestamp) -> CredentialVerdict {
        guard let set = keys.set else { return .cannotDecide }
        do throws(TokenRefusal) {
            return .valid(try principal(of: jws, claims, by: set, at: now))
        } catch {
            return .bad(reason: error.reason)
        }
    }

    private func principal(
        of jws: CompactJWS, _ claims: TokenClaims, by set: JWKSet, at now: Timestamp
    ) throws(TokenRefusal) -> Principal {
        guard let key = set.key(jws.keyID) else {
            keys.want()
            throw TokenRefusal("unknown key")
        }
        guard jws.algorithm.utf8.elementsEqual(key.key.algorithm.rawValue.utf8) else {
            throw TokenRefusal("'alg' is not the key's")
        }
        guard terms.algorithms.contains(key.key.algorithm) else {
            throw TokenRefusal("'alg' is none of the issuer's algorithms")
        }
        guard jws.type.map({ Self.types.contains($0.lowercased()) }) ?? true else { throw TokenRefusal("wrong 'typ'") }
        guard key.key.isValid(jws.signature, over: jws.signingInput) else {
            throw TokenRefusal(TokenVerdict.wrongSignature)
        }
        let expiresAt = try claims.expiry(
            under: TokenClaims.Terms(issuer: terms.issuer, audience: terms.audience, now: now, leeway: Self.leeway))
        return Principal(
            foreign: terms.prefix + (try Self.name(terms.usernameClaim, in: claims)),
            subject: terms.prefix + (try Self.name("sub", in: claims)),
            groups: claims.members[terms.groupsClaim] == nil
                ? [] : terms.groups(try claims.textOrTexts(terms.groupsClaim)),
            expiresAt: expiresAt, key: ForeignKey(issuer: terms.issuer, fingerprint: key.fingerprint))
    }

    /// A name that fits a header with whatever encodes it.
    private static func name(_ claim: String, in claims: TokenClaims) throws(TokenRefusal) -> String {
        let name = try claims.text(claim)
        guard name.utf8.count <= 256 else { throw TokenRefusal("'\(claim)' is longer than 256 bytes") }
        return name
    }

    /// A media type may leave its `application/` out, and has no case (RFC 7515, section 4.1.9).
    private static let types: Set<String> = ["jwt", "application/jwt", "at+jwt", "application/at+jwt"]
}
