import GRDB
import GatewayKit

/// Storage in one SQLite file: one writer and a few readers, each on a queue of its own.
///
/// `SQLiteOpening.swift` opens it, `DatabaseFile.swift` makes the file, `TurnQueue.swift` says who has to wait and how
/// long, `GRDBConnection.swift` runs statements, `SQLiteFailure.swift` says what an error code means to a caller, and
/// `LogTruncation.swift` keeps the log short. A cancelled task's closure is not begun; one that was begun runs to its
/// end, so that no commit is interrupted half-way.
struct SQLiteStorage: Storage {
    let pool: DatabasePool
    let migrator: Migrator
    let time: any TimeSource
    let busyTimeout: Duration
    let readers: TurnQueue
    let writers: TurnQueue
    let meters: StorageMeters

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
        try await reading { [migrator] connection throws(StorageError) in try migrator.check(connection) }
    }

    func migrations() async throws(StorageError) -> [MigrationStatus] {
        try await reading { [migrator] connection throws(StorageError) in try migrator.status(connection) }
    }

    func migrate() async throws(StorageError) -> [MigrationStatus] {
        try await writing { [migrator] connection throws(StorageError) in try migrator.prepare(connection) }
        var applied: [MigrationStatus] = []
        while let script = try await writing({ [migrator, time] connection throws(StorageError) in
            try migrator.applyNext(connection, at: time.now())
        }) {
            applied.append(script)
        }
        return applied
    }

    /// Runs a closure in a transaction that reads, on a reader's queue.
    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await meters.timing(.read, by: time) { () async throws(StorageError) in
            try await readers.turn { turn in
                pool.asyncRead { database in
                    turn.take { _ throws(StorageError) in
                        do throws(any Error) {
                            return try body(GRDBConnection(database: try database.get(), access: .read))
                        } catch {
                            throw SQLiteFailure.reaction(to: error, in: .read)
                        }
                    }
                }
            }
        }
    }

    /// Runs a closure in a transaction that writes, on the writer's queue.
    func writing<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await meters.timing(.write, by: time) { () async throws(StorageError) in
            try await writers.turn { turn in
                pool.asyncWriteWithoutTransaction { [busyTimeout] database in
                    turn.take { timeLeft throws(StorageError) in
                        try database.waiting(forLocks: timeLeft, insteadOf: busyTimeout) { () throws(StorageError) in
                            try Self.transact(on: database, body)
                        }
                    }
                }
            }
        }
    }

    /// Copies the write-ahead log into the database and cuts it to nothing; `unavailable` when somebody who reads or
    /// writes is in the way for long.
    func truncateLog() async throws(StorageError) {
        try await writers.turn { turn in
            pool.asyncWriteWithoutTransaction { [busyTimeout] database in
                turn.take { timeLeft throws(StorageError) in
                    // It keeps writers out while it waits for readers, so it does not wait long.
                    let timeout = min(timeLeft, .milliseconds(200))
                    try database.waiting(forLocks: timeout, insteadOf: busyTimeout) { () throws(StorageError) in
                        do {
                            _ = try database.checkpoint(.truncate)
                        } catch {
                            throw SQLiteFailure.reaction(to: error, in: .begin)
                        }
                    }
                }
            }
        }
    }

    private static func transact<Value>(
        on database: Database, _ body: (any SQLConnection) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        var step = SQLiteFailure.Step.begin
        do {
            var value: Value?
            try database.inTransaction(.immediate) {
                step = .write
                value = try body(GRDBConnection(database: database, access: .write))
                step = .commit
                return .commit
            }
            guard let value else { throw SQLiteFailure(code: .SQLITE_INTERNAL, message: "nothing was committed") }
            return value
        } catch {
            throw SQLiteFailure.reaction(to: error, in: step)
        }
    }
}

extension Database {
    /// Runs a closure with a shorter busy timeout, where that is shorter than the usual one.
    fileprivate func waiting<Value>(
        forLocks timeout: Duration, insteadOf usual: Duration, _ body: () throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        guard timeout < usual else { return try body() }
        do {
            try execute(sql: "PRAGMA busy_timeout = \(timeout.wholeMilliseconds)")
        } catch {
            throw SQLiteFailure.reaction(to: error, in: .begin)
        }
        defer { try? execute(sql: "PRAGMA busy_timeout = \(usual.wholeMilliseconds)") }
        return try body()
    }
}
