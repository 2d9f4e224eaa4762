import GatewayJOSE
import GatewayKit

/// Issues access tokens as signed JWTs (RFC 9068), and checks them as strictly as RFC 8725 asks.
///
/// `JWTModule` holds settings and recipe. A `CompactJWS` is a token taken apart, `AccessClaims+JWT` reads and
/// writes the claims. `SigningKeyStore` loads and makes the keys of a `SigningKeySet`, and `Rotation/` changes them;
/// `SigningKey` signs by a `SigningAlgorithm`, and its `VerificationKey` checks.
struct JWTIssuer: TokenIssuer {
    /// How far another node's clock may be ahead when it states `iat` or `nbf`; `exp` has no leeway.
    static let leeway = Duration.seconds(60)

    let lifetimes: TokenLifetimes
    private let issuer: String
    private let audience: [String]
    let signingKeys: (any SigningKeys)?
    private let keys: CurrentKeys
    private let time: any TimeSource
    private let random: any RandomSource

    /// States the parts; `issuer` is the public URL, `audience` names at least one, `signingKeys` is what operators
    /// change `keys` by.
    init(
        issuer: String, audience: [String], lifetimes: TokenLifetimes, keys: CurrentKeys,
        signingKeys: (any SigningKeys)? = nil, time: any TimeSource, random: any RandomSource
    ) {
        self.issuer = issuer
        self.audience = audience
        self.lifetimes = lifetimes
        self.keys = keys
        self.signingKeys = signingKeys
        self.time = time
        self.random = random
    }

    func issue(to account: Account, in session: SessionID) throws(TokenIssuerError) -> AccessToken {
        guard let signer = keys.set.signer else { throw .noKey }
        let now = Timestamp(seconds: time.now().seconds)
        let claims = AccessClaims(
            accountID: account.id, sessionID: session, version: account.version, issuedAt: now,
            expiresAt: now + lifetimes.access, tokenID: random.identifier(), username: account.username.text,
            email: account.isEmailVerified ? account.email.text : nil, groups: account.groups.map(\.text),
            keyID: signer.id)
        let payload = claims.payload(issuer: issuer, audience: audience)
        let input = signer.header + "." + Base64URL.encode(payload)
        do {
            let signature = try signer.key.sign(Array(input.utf8))
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

    func publicKeySet() -> [UInt8] { keys.set.publicKeys(at: time.now()).encoded() }

    private func check(_ token: some Collection<UInt8>) throws(TokenRefusal) -> AccessClaims {
        let now = time.now()
        let jws = try CompactJWS(token)
        guard let id = jws.keyID, let member = keys.set.member(id, at: now) else { throw TokenRefusal("unknown key") }
        guard jws.algorithm.utf8.elementsEqual(member.key.algorithm.rawValue.utf8) else {
            throw TokenRefusal("'alg' is not the key's")
        }
        guard let type = jws.type, Self.types.contains(type.lowercased()) else { throw TokenRefusal("wrong 'typ'") }
        guard member.key.isValid(jws.signature, over: jws.signingInput) else {
            throw TokenRefusal(TokenVerdict.wrongSignature)
        }
        let terms = TokenClaims.Terms(issuer: issuer, audience: audience, now: now, leeway: Self.leeway)
        var claims = try AccessClaims(try jws.claims(), under: terms)
        claims.keyID = member.id
        return claims
    }

    /// A media type may leave its `application/` out, and has no case (RFC 9068, section 4; RFC 7515, section 4.1.9).
    private static let types: Set<String> = ["at+jwt", "application/at+jwt"]
}
