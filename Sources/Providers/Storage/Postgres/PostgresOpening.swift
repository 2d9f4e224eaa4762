import GatewayKit
import GatewayPostgres
import GatewaySQL
import Logging

extension PostgresStorage {
    /// Waits until the database can be used, for so long at most, and says in the log what it waits for; throws
    /// ``PostgresOpenFailure``. The schema is left as it is.
    static func open(
        _ target: PostgresTarget, connections: Int, waiting: Duration, time: any TimeSource,
        random: any RandomSource = SystemRandom(), scripts: [Migration] = Migrations.postgres,
        deadlines: PostgresDeadlines = PostgresDeadlines(), meters: StorageMeters = StorageMeters(),
        logger: Logger
    ) async throws(PostgresOpenFailure) -> PostgresStorage {
        let clock = PostgresClock(
            elapsed: { time.elapsed() }, sleep: { try await time.sleep(for: $0) },
            fraction: { Double(random.bytes(1).first ?? 0) / 256 })
        let pool = PostgresPool(to: target, connections: connections, clock: clock, deadlines: deadlines)
        let storage = PostgresStorage(
            pool: pool, migrator: Migrator(scripts: scripts, table: Migrator.postgresTable), time: time, meters: meters,
            rates: PostgresRateLimiter(pool: pool, time: time),
            listen: { channel in
                PostgresListener(to: target, channels: [channel], clock: clock, deadlines: deadlines)
            })
        try await storage.waitUntilReached(for: waiting, logger)
        return storage
    }

    private func waitUntilReached(for duration: Duration, _ logger: Logger) async throws(PostgresOpenFailure) {
        let end = time.elapsed() + duration
        var told: String?
        while true {
            let failure: any Error
            do {
                try await pool.transaction(.read, waiting: .seconds(1)) { _ in }
                if told != nil { logger.info("the database is there") }
                return
            } catch let late as PostgresFailure where late.reason == .late {
                failure = pool.trouble ?? late
            } catch {
                failure = error
            }
            if told != "\(failure)" {
                logger.warning("waiting for the database", metadata: [LogKey.error: "\(failure)"])
                told = "\(failure)"
            }
            guard time.elapsed() < end, !(failure is CancellationError) else {
                throw PostgresOpenFailure(reason: "\(failure)")
            }
        }
    }
}

/// A database cannot be used; says why.
struct PostgresOpenFailure: Error, Hashable, CustomStringConvertible {
    let reason: String

    var description: String { "cannot use the database: \(reason)" }
}
