import Crypto
import GatewayKit
import GatewayPostgres

/// Counts in a table that all gateways of a database share, by the generic cell rate algorithm (GCRA): one statement
/// and one way there and back for each request, by the database's clock.
///
/// Who is refused is told so by this gateway alone until one more may be allowed, so that a flood does not reach the
/// database. A clock that was set back holds nobody up for longer than the limit's period.
///
/// Keys stand there as digests, so that the table holds no addresses. A crash of the database empties it, for it is not
/// worth a write-ahead log.
struct PostgresRateLimiter: SharedCounts {
    private let pool: PostgresPool
    private let refused: RefusedKeys
    /// The time in microseconds; nil is the database's own.
    private let now: @Sendable () -> Int64?

    init(pool: PostgresPool, time: any TimeSource, now: @escaping @Sendable () -> Int64? = { nil }) {
        self.pool = pool
        self.now = now
        refused = RefusedKeys(time: time)
    }

    func take(_ key: String, from limit: RateLimit) async throws(RateLimiterError) -> RateVerdict {
        let key = Self.digest(key, limit)
        if let verdict = refused.verdict(on: key) { return verdict }
        let step = max(limit.period.microseconds / Int64(limit.count), 1)
        let whole = step * Int64(limit.count)
        let values: [String: PostgresValue] = [
            "key": .bytes(key), "step": .integer(step), "whole": .integer(whole), "now": .integer(now()),
        ]
        let found: Found?
        do {
            found = try await pool.transaction(.single, waiting: Self.patience) { transaction in
                try Found(transaction.run(Self.statement.description, values))
            }
        } catch {
            throw .unavailable(cause: error)
        }
        guard let found else { throw .unavailable(cause: MissingCount()) }
        let left = max(found.wholeAt - found.now, 0)
        let verdict = RateVerdict(
            isAllowed: found.isAllowed, remaining: Int(max(whole - left, 0) / step),
            retryAfter: .microseconds(max(0, left + step - whole)), resetAfter: .microseconds(left))
        if !verdict.isAllowed { refused.add(key, verdict) }
        return verdict
    }

    /// Removes some rows whose allowance is whole; how many there were. What others are just counting is let be, and
    /// all is while another gateway does its chores: the lock of those is held for this statement.
    func removeSpent(limit: Int) async throws(StorageError) -> Int {
        let now = now()
        do {
            return try await pool.transaction(.single) { transaction in
                try transaction.run(
                    """
                    WITH lease AS MATERIALIZED (
                        SELECT pg_try_advisory_xact_lock(6075114, CAST(:lock AS INTEGER)) AS is_held
                    )
                    DELETE FROM rate_limits WHERE key IN (
                        SELECT key FROM rate_limits
                        WHERE (SELECT is_held FROM lease) AND whole_at <
                            COALESCE(:now, CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT))
                        LIMIT :limit FOR UPDATE SKIP LOCKED)
                    """,
                    [
                        "now": .integer(now), "limit": .integer(Int64(max(0, limit))),
                        "lock": .integer(SharedWork.chores.lock),
                    ]
                ).changed
            }
        } catch {
            throw PostgresFailure.reaction(to: error, in: .single)
        }
    }

    /// How long a request may wait for a connection.
    private static let patience = Duration.seconds(2)

    private static let statement: StaticString = """
        WITH clock AS (
            SELECT COALESCE(:now, CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT)) AS now
        )
        INSERT INTO rate_limits AS count (key, whole_at, is_allowed)
        SELECT :key, now + :step, 1 FROM clock
        ON CONFLICT (key) DO UPDATE SET (whole_at, is_allowed) = (
            SELECT CASE WHEN base + :step <= now + :whole THEN base + :step ELSE base END,
                CASE WHEN base + :step <= now + :whole THEN 1 ELSE 0 END
            FROM (SELECT now, GREATEST(LEAST(count.whole_at, now + :whole), now) AS base FROM clock) AS present
        )
        RETURNING whole_at, is_allowed, (SELECT now FROM clock) AS now
        """

    private static func digest(_ key: String, _ limit: RateLimit) -> [UInt8] {
        Array(SHA256.hash(data: Array("\(limit.count) \(limit.period.microseconds) \(key)".utf8)))
    }

    private struct Found: Sendable {
        let wholeAt: Int64
        let isAllowed: Bool
        let now: Int64

        init?(_ rows: PostgresRows) throws(PostgresFailure) {
            guard rows.count == 1, let wholeAt = try rows.integer("whole_at", of: 0),
                let isAllowed = try rows.integer("is_allowed", of: 0), let now = try rows.integer("now", of: 0)
            else { return nil }
            (self.wholeAt, self.isAllowed, self.now) = (wholeAt, isAllowed == 1, now)
        }
    }
}

/// The statement has answered nothing.
private struct MissingCount: Error, CustomStringConvertible {
    var description: String { "the count was not answered" }
}

extension Duration {
    /// Whole microseconds, rounded down.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        // Three thousand years, twice of which a clock can be beside.
        return min(seconds, 100_000_000_000) * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
