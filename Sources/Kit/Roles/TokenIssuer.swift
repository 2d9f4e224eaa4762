/// Issues access tokens and checks them, by keys that it shares with the deployment's other nodes.
/// `TokenIssuerConformance` in TestKit is what an implementation must pass.
public protocol TokenIssuer: Sendable {
    /// How long tokens and sessions last.
    var lifetimes: TokenLifetimes { get }

    /// A signed token that says who may pass, from now for ``TokenLifetimes/access``; throws ``TokenIssuerError``.
    func issue(to account: Account, in session: SessionID) throws(TokenIssuerError) -> AccessToken

    /// Whether a token is this deployment's own, intact and in force; synchronous, for it reads memory alone.
    ///
    /// Revocation is not its business.
    func verify(_ token: some Collection<UInt8>) -> TokenVerdict

    /// The public keys as a JWK Set (RFC 7517, section 5), in JSON; never a symmetric one.
    func publicKeySet() -> [UInt8]

    /// The keys that it signs with, for operators; nil where they are not this deployment's to handle.
    var signingKeys: (any SigningKeys)? { get }
}

extension TokenIssuer {
    public var signingKeys: (any SigningKeys)? { nil }
}

/// A signed access token.
public struct AccessToken: Sendable {
    /// The token as it goes to the client.
    public let token: Secret<String>
    /// What it says.
    public let claims: AccessClaims

    /// States both.
    public init(token: Secret<String>, claims: AccessClaims) {
        self.token = token
        self.claims = claims
    }
}

/// How long tokens and sessions last.
public struct TokenLifetimes: Hashable, Sendable {
    /// An access token's life (`tokens.access_lifetime`).
    public let access: Duration
    /// A session's absolute life (`tokens.refresh_lifetime`).
    public let refresh: Duration
    /// How long a session lives without a refresh (`tokens.refresh_idle`).
    public let refreshIdle: Duration
    /// How long a rotated refresh token is still answered, at least (`tokens.refresh_grace`).
    public let refreshGrace: Duration

    /// The longest life that an access token may be given, by whatever issuer and file: revocations are kept for that
    /// long, so that a token issued under another file does not come back.
    public static let longestAccess = Duration.seconds(3600)

    /// How long those who check tokens may keep the public key set before they ask again: a key is shown for longer
    /// than that before it signs.
    public static let longestKeySetCache = Duration.seconds(300)

    /// States every part.
    public init(access: Duration, refresh: Duration, refreshIdle: Duration, refreshGrace: Duration) {
        self.access = access
        self.refresh = refresh
        self.refreshIdle = refreshIdle
        self.refreshGrace = refreshGrace
    }
}

/// What a check found.
public enum TokenVerdict: Hashable, Sendable {
    /// The token is intact and in force.
    case valid(AccessClaims)
    /// It is not, for this reason; the reason is for logs and tools, never for the client.
    case invalid(reason: String)

    /// What is said of a token that is one in all but its signature. Clients who show many of those are held back, for
    /// each costs a check.
    public static let wrongSignature = "wrong signature"
}

/// How a caller of the issuer can react.
@nonexhaustive
public enum TokenIssuerError: Error, Sendable {
    /// There is no key to sign with now: say 503.
    case noKey
    /// Signing itself failed: an operator must look.
    case broken(cause: any Error)
}
