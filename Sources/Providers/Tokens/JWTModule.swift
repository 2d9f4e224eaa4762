import GatewayKit

/// What stands beside `use: jwt`.
struct JWTSettings: Sendable {
    /// How long an access token may be set to live; short, for its claims are not asked for again.
    static let accessLifetimes = Duration.seconds(60)...TokenLifetimes.longestAccess

    /// The algorithm that signs.
    var algorithm: SigningAlgorithm
    /// What `aud` states.
    var audience: [String]
    /// How long tokens and sessions last.
    var lifetimes: TokenLifetimes

    /// The settings themselves.
    static let settings = Settings<JWTSettings>.object(
        "Short-lived JWTs (RFC 9068), signed by a key that the gateway makes and keeps sealed in its store.",
        Field(
            "algorithm", Settings<SigningAlgorithm>.choice, default: "ES256",
            "The algorithm that signs; with HS256 nobody else can check tokens. After a change, old tokens stay valid."
        ),
        Field(
            "audience", .list(of: .string, notEmpty: "must name at least one audience"),
            default: ["auth-gateway"],
            "What tokens state as their audience; one of it must be stated by a token to be valid."),
        Field("access_lifetime", .duration(accessLifetimes), default: "10m", "How long an access token lives."),
        Field(
            "refresh_lifetime", .duration(.seconds(3600)...(.seconds(400 * 86_400))), default: "30d",
            "A session's absolute end, whatever its use."),
        Field(
            "refresh_idle", .duration(.seconds(3600)...(.seconds(400 * 86_400))), default: "7d",
            "How long a session lives without a refresh."),
        Field(
            "refresh_grace", .duration(.zero...(.seconds(60))), default: "10s",
            "How long a refresh token is still answered once it was used, for two tabs or a lost answer.")
    ) { algorithm, audience, access, refresh, idle, grace in
        JWTSettings(
            algorithm: algorithm, audience: audience,
            lifetimes: TokenLifetimes(access: access, refresh: refresh, refreshIdle: idle, refreshGrace: grace))
    }
    .checked("refresh_idle must not be longer than refresh_lifetime") {
        $0.lifetimes.refreshIdle <= $0.lifetimes.refresh
    }
}

/// `tokens: {use: jwt}`.
enum JWTModule {
    /// The recipe.
    static let module = Module<any TokenIssuer>(
        .tokens, "jwt", "Issues access tokens as signed JWTs and checks them.", settings: JWTSettings.settings
    ) { settings, provision in
        let store = SigningKeyStore(
            storage: try provision.storage(), keyring: try provision.keyring, time: provision.time,
            random: provision.random
        )
        return JWTIssuer(
            issuer: provision.publicURL.text, audience: settings.audience, lifetimes: settings.lifetimes,
            keys: try await store.keySet(signingWith: settings.algorithm), time: provision.time,
            random: provision.random)
    }
}
