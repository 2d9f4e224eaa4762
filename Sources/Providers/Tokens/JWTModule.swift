import GatewayKit
import Logging

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
    /// How long a key signs before the next one does.
    var keyRotation: Duration

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
            "How long a refresh token is still answered once it was used, for two tabs or a lost answer."),
        Field(
            "rotate_keys_every", .duration(.seconds(3600)...(.seconds(400 * 86_400))), default: "30d",
            "How long a key signs before another does, which is shown ahead of it; tokens of the old one stay valid.")
    ) { algorithm, audience, access, refresh, idle, grace, rotation in
        JWTSettings(
            algorithm: algorithm, audience: audience,
            lifetimes: TokenLifetimes(access: access, refresh: refresh, refreshIdle: idle, refreshGrace: grace),
            keyRotation: rotation)
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
            random: provision.random)
        let keys = CurrentKeys(try await firstKeys(of: store, settings, provision))
        provision.run(
            SigningKeyRotation(
                store: store, life: SigningKeyLife(rotation: settings.keyRotation), keys: keys,
                logger: provision.logger))
        return JWTIssuer(
            issuer: provision.publicURL.text, audience: settings.audience, lifetimes: settings.lifetimes, keys: keys,
            signingKeys: StoredSigningKeys(store: store), time: provision.time, random: provision.random)
    }

    /// A run that may begin a deployment has a key of the file's algorithm, or does not start. Any other takes the keys
    /// as they are, for it may be there to mend them.
    private static func firstKeys(
        of store: SigningKeyStore, _ settings: JWTSettings, _ provision: Provision
    ) async throws -> SigningKeySet {
        if provision.mayCreate { return try await store.keySet(signingWith: settings.algorithm) }
        let (set, failures) = store.keySet(of: try await store.records(), knowing: .none)
        for failure in failures {
            provision.logger.warning("a signing key is left out", metadata: [LogKey.error: "\(failure)"])
        }
        return set
    }
}
