import GatewayKit

/// `storage: {use: sqlite}`.
enum SQLiteModule {
    private static let settings = Settings<String>.object(
        "Storage in one file of this machine, which one gateway and the command line may share.",
        Field(
            "path", .string, default: "data/auth-gateway.db",
            "The database file, made with its folder if missing; relative to the folder of this file.")
    ) { $0 }

    /// The recipe.
    static let module = Module<any Storage>(
        .storage, "sqlite", "Keeps everything in one SQLite file.", settings: settings
    ) { path, provision in
        let path = provision.path(path)
        guard provision.mayCreate || DatabaseFile(path: path).exists else { throw MissingStore(at: path) }
        let storage = try await SQLiteStorage.open(
            path: path, migrates: provision.mayCreate, time: provision.time,
            meters: StorageMeters(in: provision.metrics))
        provision.run(LogTruncation(storage: storage, time: provision.time, logger: provision.logger))
        return storage
    }
}
