import GatewayKit
import GatewayPostgres

/// Storage in a PostgreSQL database, which several gateways may share.
///
/// `PostgresOpening.swift` opens it, `PostgresSQLConnection.swift` runs statements, `PostgresReaction.swift` says what
/// a failure means to a caller, and `PostgresURL.swift` what may stand in the file. The client that knows nothing of
/// gateways is `Sources/Postgres`. A cancelled task's closure is not begun; one that was begun runs to its end.
struct PostgresStorage: Storage {
    let pool: PostgresPool
    let migrator: Migrator
    let time: any TimeSource
    let meters: StorageMeters
    /// Counts that all gateways share.
    let rates: PostgresRateLimiter
    /// Begins to hear what is told on a channel.
    let listen: @Sendable (_ channel: String) -> PostgresListener

    var isShared: Bool { true }
    var counts: (any SharedCounts)? { rates }

    func revocationNews() -> any AsyncSequence<RevocationNews, Never> & Sendable {
        let listener = listen("auth_gateway_revocations")
        return listener.news.map { news in
            // The listener goes on for as long as somebody has the sequence.
            withExtendedLifetime(listener) {
                switch news {
                case .listening, .notified: .added
                case .lost(let failure): .silent(reason: "\(failure)")
                }
            }
        }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await reading { connection throws(StorageError) in try body(SQLRecords(connection: connection)) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await writing { connection throws(StorageError) in try body(SQLRecords(connection: connection)) }
    }

    func checkReadiness() async throws(StorageError) {
        let missing = try await migrations().filter { $0.appliedAt == nil }.count
        if missing > 0 { throw .broken(cause: SchemaProblem.behind(missing: missing)) }
    }

    func migrations() async throws(StorageError) -> [MigrationStatus] {
        try await reading { [migrator] connection throws(StorageError) in
            // A statement that fails would be the transaction's last.
            let table = try connection.row("SELECT CAST(to_regclass('schema_migrations') AS TEXT) AS found", [:]) {
                row throws(StorageError) in try row.optionalText("found")
            }
            return table == .some(nil) ? migrator.nothingApplied : try migrator.status(connection)
        }
    }

    func migrate() async throws(StorageError) -> [MigrationStatus] {
        try await migrating { [migrator] connection throws(StorageError) in try migrator.prepare(connection) }
        var applied: [MigrationStatus] = []
        while let script = try await migrating({ [migrator, time] connection throws(StorageError) in
            try migrator.applyNext(connection, at: time.now())
        }) {
            applied.append(script)
        }
        return applied
    }

    /// Runs a closure in a transaction that reads.
    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await meters.timing(.read, by: time) { () async throws(StorageError) in
            try await transact(.read, body)
        }
    }

    /// Runs a closure in a transaction that writes.
    func writing<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await meters.timing(.write, by: time) { () async throws(StorageError) in
            try await transact(.write, body)
        }
    }

    /// Runs a closure that changes the schema, while no other does in this database. It may take as long as it takes.
    private func migrating<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await transact(.exclusive, within: .seconds(3600)) { connection throws(StorageError) in
            _ = try connection.rows("SELECT 1 AS one FROM pg_advisory_xact_lock(6075114, 1)", [:]) {
                _ throws(StorageError) in
            }
            return try body(connection)
        }
    }

    private func transact<Value: Sendable>(
        _ kind: PostgresTransaction.Kind, within longest: Duration? = nil,
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        do {
            return try await pool.transaction(kind, within: longest) { transaction in
                try body(PostgresSQLConnection(transaction: transaction))
            }
        } catch {
            throw PostgresFailure.reaction(to: error, in: kind)
        }
    }
}
