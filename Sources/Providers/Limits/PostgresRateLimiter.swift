import Crypto
import GatewayKit
import GatewayPostgres

/// Counts in a table that all gateways of a database share, by the generic cell rate algorithm (GCRA): one statement
/// and one way there and back for each request, by the database's clock.
///
/// Keys stand there as digests, so that the table holds no addresses. A crash of the database empties it, for it is not
/// worth a write-ahead log.
struct PostgresRateLimiter: RateLimiter {
    let pool: PostgresPool
    /// The time in microseconds; nil is the database's own.
    var now: @Sendable () -> Int64? = { nil }

    func take(_ key: String, from limit: RateLimit) async throws(RateLimiterError) -> RateVerdict {
        let step = max(limit.period.microseconds / Int64(limit.count), 1)
        let whole = step * Int64(limit.count)
        let values: [String: PostgresValue] = [
            "key": .bytes(Self.digest(key, limit)), "step": .integer(step), "whole": .integer(whole),
            "now": .integer(now()),
        ]
        let found: Found?
        do {
            found = try await pool.transaction(.single, within: Self.patience) { transaction in
                try Found(transaction.run(Self.statement.description, values))
            }
        } catch {
            throw .unavailable(cause: error)
        }
        guard let found else { throw .unavailable(cause: MissingCount()) }
        let left = max(found.wholeAt - found.now, 0)
        return RateVerdict(
            isAllowed: found.isAllowed, remaining: Int(max(whole - left, 0) / step),
            retryAfter: .microseconds(max(0, left + step - whole)), resetAfter: .microseconds(left))
    }

    /// Removes some rows whose allowance is whole; how many there were. What others are just counting is let be.
    func removeSpent(limit: Int) async throws -> Int {
        let now = now()
        return try await pool.transaction(.single) { transaction in
            try transaction.run(
                """
                DELETE FROM rate_limits WHERE key IN (
                    SELECT key FROM rate_limits
                    WHERE whole_at < COALESCE(:now, CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT))
                    LIMIT :limit FOR UPDATE SKIP LOCKED)
                """, ["now": .integer(now), "limit": .integer(Int64(max(0, limit)))]
            ).changed
        }
    }

    /// How long a request may wait for its count.
    private static let patience = Duration.seconds(3)

    private static let statement: StaticString = """
        WITH clock AS (
            SELECT COALESCE(:now, CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT)) AS now
        )
        INSERT INTO rate_limits AS count (key, whole_at, is_allowed)
        SELECT :key, now + :step, 1 FROM clock
        ON CONFLICT (key) DO UPDATE SET
            whole_at = CASE
                WHEN GREATEST(count.whole_at, (SELECT now FROM clock)) + :step <= (SELECT now FROM clock) + :whole
                THEN GREATEST(count.whole_at, (SELECT now FROM clock)) + :step
                ELSE count.whole_at END,
            is_allowed = CASE
                WHEN GREATEST(count.whole_at, (SELECT now FROM clock)) + :step <= (SELECT now FROM clock) + :whole
                THEN 1 ELSE 0 END
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
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
