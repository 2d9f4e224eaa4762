import GatewayKit

/// Issues access tokens as signed JWTs (RFC 9068), and checks them as strictly as RFC 8725 asks.
///
/// `JWTModule` holds settings and recipe. `CompactJWS` takes a token apart, `AccessClaims+JWT` reads and
/// writes the claims. `SigningKeyStore` loads and makes the keys of a `SigningKeySet`; `SigningKey` signs and
/// `VerificationKey` checks by `SigningAlgorithm`.
struct JWTIssuer: TokenIssuer {
    /// How far another node's clock may be ahead when it states `iat` or `nbf`; `exp` has no leeway.
    static let leeway = Duration.seconds(60)

    let lifetimes: TokenLifetimes
    private let issuer: String
    private let audience: [String]
    private let keys: SigningKeySet
    private let header: String
    private let time: any TimeSource
    private let random: any RandomSource

    /// States the parts; `issuer` is the public URL, `audience` names at least one.
    init(
        issuer: String, audience: [String], lifetimes: TokenLifetimes, keys: SigningKeySet, time: any TimeSource,
        random: any RandomSource
    ) {
        self.issuer = issuer
        self.audience = audience
        self.lifetimes = lifetimes
        self.keys = keys
        self.time = time
        self.random = random
        let algorithm = keys.signer.verification.algorithm.rawValue
        let members: JSONValue = ["alg": .string(algorithm), "kid": .string(keys.signerID), "typ": "at+jwt"]
        header = Base64URL.encode(members.encoded())
    }

    func issue(to account: Account, in session: SessionID) throws(TokenIssuerError) -> AccessToken {
        let now = Timestamp(seconds: time.now().seconds)
        let claims = AccessClaims(
            accountID: account.id, sessionID: session, version: account.version, issuedAt: now,
            expiresAt: now + lifetimes.access, tokenID: random.identifier(), username: account.username.text,
            email: account.isEmailVerified ? account.email.text : nil, groups: account.groups.map(\.text))
        let payload = claims.payload(issuer: issuer, audience: audience)
        let input = header + "." + Base64URL.encode(payload)
        do {
            let signature = try keys.signer.sign(Array(input.utf8))
            return AccessToken(token: Secret(input + "." + Base64URL.encode(signature)), claims: claims)
        } catch {
            throw .broken(cause: error)
        }
    }

    func verify(_ token: some Collection<UInt8>) -> TokenVerdict {
        do throws(TokenRefusal) {
            return .valid(try check(token))
        } catch {
            return .invalid(reason: error.reason)
        }
    }

    func publicKeySet() -> [UInt8] { keys.publicKeys(at: time.now()).encoded() }

    private func check(_ token: some Collection<UInt8>) throws(TokenRefusal) -> AccessClaims {
        let now = time.now()
        let jws = try CompactJWS(token)
        guard let id = jws.keyID, let member = keys.member(id, at: now) else { throw TokenRefusal("unknown key") }
        guard jws.algorithm.utf8.elementsEqual(member.key.algorithm.rawValue.utf8) else {
            throw TokenRefusal("'alg' is not the key's")
        }
        guard let type = jws.type, Self.types.contains(type.lowercased()) else { throw TokenRefusal("wrong 'typ'") }
        guard member.key.isValid(jws.signature, over: jws.signingInput) else { throw TokenRefusal("wrong signature") }
        let terms = AccessClaims.Terms(issuer: issuer, audience: audience, now: now, leeway: Self.leeway)
        return try AccessClaims(try jws.claims(), under: terms)
    }

    /// A media type may leave its `application/` out, and has no case (RFC 9068, section 4; RFC 7515, section 4.1.9).
    private static let types: Set<String> = ["at+jwt", "application/at+jwt"]
}
