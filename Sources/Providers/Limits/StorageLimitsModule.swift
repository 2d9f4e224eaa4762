import GatewayKit

/// `count_in: storage`.
enum StorageLimitsModule {
    /// The recipe.
    static let module = Module<any RateLimiter>(
        .limits, "storage",
        "Keeps counts in the storage, so that all gateways that share it count together: one way to the database and "
            + "back for each request of a limited route. Needs a storage that several gateways may share, as postgres "
            + "is.",
        settings: Settings<Void>.object("Counts in the storage.") {}
    ) { _, provision in
        guard let counts = try provision.storage().counts else { throw UncountingStorage() }
        return counts
    }
}

/// The storage is one that counts nothing.
struct UncountingStorage: Error, Hashable, CustomStringConvertible {
    var description: String {
        "count_in: storage needs a storage that several gateways may share, as postgres is; for one gateway "
            + "count_in: memory is as good"
    }
}
