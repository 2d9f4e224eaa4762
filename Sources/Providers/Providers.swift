public import GatewayKit

extension ModuleSet {
    /// The built-in modules that keep, hash, sign and count.
    public static let providers = ModuleSet([
        SQLiteModule.module,
        PostgresModule.module,
        Argon2idModule.module,
        BcryptModule.module,
        JWTModule.module,
        MemoryLimitsModule.module,
        StorageLimitsModule.module,
    ])
}
