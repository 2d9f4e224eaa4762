import GatewayKit

/// Guesses at accounts.
struct SQLGuessRecords: GuessRecords {
    let connection: any SQLConnection

    func count(of key: String) throws(StorageError) -> GuessCount? {
        try connection.row(
            """
            SELECT subject, guess_count, window_start, blocked_until, strikes, keep_until
            FROM guesses WHERE subject = :subject
            """, ["subject": .text(key)]
        ) { row throws(StorageError) in
            GuessCount(
                key: try row.text("subject"), count: Int(try row.integer("guess_count")),
                windowStart: try row.moment("window_start"), blockedUntil: try row.optionalMoment("blocked_until"),
                strikes: Int(try row.integer("strikes")), keepUntil: try row.moment("keep_until"))
        }
    }

    func store(_ count: GuessCount) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO guesses (subject, guess_count, window_start, blocked_until, strikes, keep_until)
            VALUES (:subject, :guess_count, :window_start, :blocked_until, :strikes, :keep_until)
            ON CONFLICT (subject) DO UPDATE SET guess_count = excluded.guess_count,
                window_start = excluded.window_start, blocked_until = excluded.blocked_until,
                strikes = excluded.strikes, keep_until = excluded.keep_until
            """,
            [
                "subject": .text(count.key), "guess_count": .integer(Int64(count.count)),
                "window_start": .moment(count.windowStart), "blocked_until": .moment(count.blockedUntil),
                "strikes": .integer(Int64(count.strikes)), "keep_until": .moment(count.keepUntil),
            ])
    }

    func clear(_ key: String) throws(StorageError) {
        try connection.execute("DELETE FROM guesses WHERE subject = :subject", ["subject": .text(key)])
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try connection.execute(
            """
            DELETE FROM guesses WHERE subject IN (
                SELECT subject FROM guesses WHERE keep_until < :moment LIMIT :limit)
            """, ["moment": .moment(moment), "limit": .limit(limit)])
    }
}
