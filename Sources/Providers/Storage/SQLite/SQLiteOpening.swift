import Dispatch
import Foundation
import GRDB
import GatewayKit
import GatewaySQL

extension SQLiteStorage {
    /// Opens a database file, made if missing, and brings its schema up, or with `migrates` false leaves it as it is;
    /// throws ``SQLiteOpenFailure`` with the path.
    static func open(
        path: String, migrates: Bool = true, time: any TimeSource, scripts: [Migration] = Migrations.sqlite,
        busyTimeout: Duration = .seconds(5), queueLimit: Int = 1000, meters: StorageMeters = StorageMeters()
    ) async throws(SQLiteOpenFailure) -> SQLiteStorage {
        let pool = try await Opener().pool(path, busyTimeout)
        // A little longer than one wait for a lock, so that the first in the queue sees its whole timeout.
        let patience = busyTimeout * 6 / 5
        let storage = SQLiteStorage(
            pool: pool, migrator: Migrator(scripts: scripts, table: Migrator.sqliteTable), time: time,
            busyTimeout: busyTimeout, readers: TurnQueue(limit: queueLimit, patience: patience, time: time),
            writers: TurnQueue(limit: queueLimit, patience: patience, time: time), meters: meters)
        do {
            _ = migrates ? try await storage.migrate() : try await storage.migrations()
        } catch {
            throw SQLiteOpenFailure(path, "\(error.cause)")
        }
        return storage
    }

    /// Calls `pause` on the calling thread before it tries once more, until `busyTimeout` has passed.
    static func openPool(
        _ path: String, _ busyTimeout: Duration, pause: () -> Void = { Thread.sleep(forTimeInterval: 0.005) }
    ) throws(SQLiteOpenFailure) -> DatabasePool {
        try DatabaseFile(path: path).prepare()
        do {
            let pool = try connect(path, busyTimeout, pause)
            // GRDB sets NORMAL when it turns WAL on, which is after `prepareDatabase`; an acknowledged write must
            // survive a power cut.
            let synchronous = try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                return try Int.fetchOne(database, sql: "PRAGMA synchronous")
            }
            guard synchronous == 2 else {
                throw SQLiteOpenFailure(path, "PRAGMA synchronous is \(synchronous ?? -1) instead of 2 (FULL)")
            }
            return pool
        } catch let failure as SQLiteOpenFailure {
            throw failure
        } catch {
            throw SQLiteOpenFailure(path, "\(SQLiteFailure.reaction(to: error, in: .begin).cause)")
        }
    }

    /// SQLite waits for no lock where two could wait for each other, as when several switch a new file to WAL at once:
    /// all but one are told at once that it is busy. A moment later they find it switched.
    private static func connect(_ path: String, _ busyTimeout: Duration, _ pause: () -> Void) throws -> DatabasePool {
        // As SQLite's own waits, this one goes by the system's clock.
        let end = SystemTime().elapsed() + busyTimeout
        while true {
            do {
                return try DatabasePool(path: path, configuration: configuration(busyTimeout))
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && SystemTime().elapsed() < end {
                pause()
            }
        }
    }

    private static func configuration(_ busyTimeout: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.label = "storage"
        // Else libdispatch wants to raise its threads over all others, which it may as root alone, and says so in the
        // system's log where it may not.
        configuration.qos = .default
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(Double(busyTimeout.wholeMilliseconds) / 1000)
        configuration.prepareDatabase { database in
            // What is erased, mails and links above all, leaves no trace in the file's free pages.
            try database.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }
}

/// Opens a database on a thread of its own: that blocks, and for the whole busy timeout when others hold it.
private actor Opener {
    private let executor = BlockingExecutor(label: "storage.open")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func pool(_ path: String, _ busyTimeout: Duration) throws(SQLiteOpenFailure) -> DatabasePool {
        try SQLiteStorage.openPool(path, busyTimeout)
    }
}

/// A database file cannot be used; says which and why.
struct SQLiteOpenFailure: Error, Hashable, CustomStringConvertible {
    let path: String
    let reason: String

    init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    var description: String { "cannot use the database \(path): \(reason)" }
}
