import GatewayKit

/// `passwords: {use: argon2id}`.
enum Argon2idModule {
    private struct Argon2idSettings: Sendable {
        var parameters: Argon2id.Parameters
        var policy: PasswordPolicy
    }

    private static let settings = Settings<Argon2idSettings>.object(
        "Argon2id (RFC 9106), the default: dear in memory, so that guessing on graphics cards does not pay.",
        Field(
            "memory", .bytes(7 << 20...1 << 30), default: "19MiB",
            "The memory that one hash takes; as many are computed at once as the machine has cores."),
        Field("iterations", .integer(1...32), default: 2, "The passes over that memory."),
        Field(
            "parallelism", .integer(1...16), default: 1, "The lanes of the memory; each hash is computed by one thread."
        ),
        PasswordPolicySettings.field
    ) { memory, iterations, parallelism, policy in
        Argon2idSettings(
            parameters: Argon2id.Parameters(memory: memory >> 10, iterations: iterations, parallelism: parallelism),
            policy: policy)
    }

    /// The recipe.
    static let module = Module<any PasswordHasher>(
        .passwords, "argon2id", "Hashes passwords with Argon2id; verifies bcrypt hashes too.", settings: settings
    ) { settings, provision in
        try PooledPasswordHasher(
            format: .argon2id(settings.parameters), policy: settings.policy, provision: provision)
    }
}

extension PooledPasswordHasher {
    /// Makes a hasher whose pool outlives a reload of the file and stops with the gateway: who is being hashed for is
    /// not disturbed, and there are never more threads than cores.
    convenience init(format: PasswordFormat, policy: PasswordPolicy, provision: Provision) throws(HashingFailure) {
        let pool = provision.kept("hashing pool") {
            HashingPool(
                time: provision.time, watch: HashingWatch(metrics: provision.metrics, logger: provision.logger))
        }
        try self.init(
            format: format, policy: policy, pool: pool, random: provision.random, logger: provision.logger)
    }
}
