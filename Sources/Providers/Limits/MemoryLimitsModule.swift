import GatewayKit

/// `count_in: memory`.
enum MemoryLimitsModule {
    private static let settings = Settings<Int>.object(
        "Counts in the memory of this process: fast, forgotten at a restart, and each node counts for itself.",
        Field(
            "keys", .integer(1000...10_000_000), default: 100_000,
            "How many keys are counted at once, some 200 bytes each; when all are in use, new ones share an allowance.")
    ) { $0 }

    /// The recipe.
    static let module = Module<any RateLimiter>(
        .limits, "memory", "Keeps counts in this process's memory.", settings: settings
    ) { keys, provision in
        provision.kept("memory \(keys)") { MemoryRateLimiter(capacity: keys, time: provision.time) }
    }
}
