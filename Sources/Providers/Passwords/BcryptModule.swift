import GatewayKit

/// `passwords: {use: bcrypt}`.
enum BcryptModule {
    private struct BcryptSettings: Sendable {
        var cost: Int
        var policy: PasswordPolicy
    }

    private static let settings = Settings<BcryptSettings>.object(
        "bcrypt, for machines with little memory; a password above 72 bytes is hashed first, never cut off.",
        Field("cost", .integer(10...16), default: 12, "The work of one hash; each step more doubles it."),
        PasswordPolicySettings.field
    ) { cost, policy in BcryptSettings(cost: cost, policy: policy) }

    /// The recipe.
    static let module = Module<any PasswordHasher>(
        .passwords, "bcrypt", "Hashes passwords with bcrypt; verifies Argon2id hashes too.", settings: settings
    ) { settings, provision in
        try PooledPasswordHasher(
            format: .bcrypt(cost: settings.cost), policy: settings.policy, provision: provision)
    }
}
