import GatewayKit
import GatewayPostgres
import ServiceLifecycle

/// `storage: {use: postgres}`.
enum PostgresModule {
    struct Config: Sendable {
        let url: PostgresTarget
        let password: Secret<String>?
        let connections: Int
        let wait: Duration
    }

    private static let settings = Settings<Config>.object(
        "Storage in a PostgreSQL database, which several gateways may share.",
        Field(
            "url", PostgresURL.settings,
            required: "The database, with libpq's parameters: several hosts, target_session_attrs, sslmode, …"),
        Field("password", optional: .secret, "The user's password; without one libpq looks for it in its own places."),
        Field(
            "connections", .integer(1...1000), default: 8, "How many connections there are at most, with a thread each."
        ),
        Field(
            "wait", .duration(.zero...(.seconds(3600))), default: "30s",
            "How long a start waits for a database that is away.")
    ) { Config(url: $0, password: $1, connections: $2, wait: $3) }
    .checked("password must not hold a NUL, where libpq would cut it off") { config in
        config.password?.reveal().utf8.contains(0) != true
    }

    /// The recipe.
    static let module = Module<any Storage>(
        .storage, "postgres", "Keeps everything in a PostgreSQL database, which several gateways may share.",
        settings: settings
    ) { config, provision in
        let storage = try await PostgresStorage.open(
            config.password.map { config.url.with(password: $0.reveal()) } ?? config.url,
            connections: config.connections, waiting: config.wait, time: provision.time, random: provision.random,
            meters: StorageMeters(in: provision.metrics), logger: provision.logger)
        provision.run(PostgresClosing(pool: storage.pool))
        return storage
    }
}

/// Ends the connections in order when the gateway stops.
private struct PostgresClosing: Service {
    let pool: PostgresPool

    func run() async throws {
        defer { pool.close() }
        try await gracefulShutdown()
    }
}
