import GatewayKit

/// Mails that wait for delivery.
struct SQLOutboxRecords: OutboxRecords {
    let connection: any SQLConnection

    func enqueue(_ mail: OutboxMail) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO outbox (id, sealed, created_at, attempts, due_at, is_claimed, is_parked, failure)
            VALUES (:id, :sealed, :created_at, :attempts, :due_at, :is_claimed, :is_parked, :failure)
            """,
            [
                "id": .text(mail.id), "sealed": .blob(mail.sealed), "created_at": .moment(mail.createdAt),
                "attempts": .integer(Int64(mail.attempts)), "due_at": .moment(mail.dueAt),
                "is_claimed": .boolean(mail.isClaimed), "is_parked": .boolean(mail.isParked),
                "failure": .text(mail.failure),
            ])
    }

    func claim(dueAt moment: Timestamp, until: Timestamp, limit: Int) throws(StorageError) -> [OutboxMail] {
        // A mail that another transaction is just claiming is left to that one, and not waited for.
        let due: StaticString =
            connection.locksRows
            ? """
            SELECT id, sealed, created_at, attempts, due_at, is_claimed, is_parked, failure
            FROM outbox WHERE is_parked = 0 AND due_at <= :moment ORDER BY due_at, created_at, id LIMIT :limit
            FOR UPDATE SKIP LOCKED
            """
            : """
            SELECT id, sealed, created_at, attempts, due_at, is_claimed, is_parked, failure
            FROM outbox WHERE is_parked = 0 AND due_at <= :moment ORDER BY due_at, created_at, id LIMIT :limit
            """
        var mails = try connection.rows(due, ["moment": .moment(moment), "limit": .limit(limit)], read)
        for index in mails.indices {
            mails[index].attempts += 1
            mails[index].dueAt = until
            mails[index].isClaimed = true
            try connection.execute(
                "UPDATE outbox SET attempts = attempts + 1, due_at = :until, is_claimed = 1 WHERE id = :id",
                ["id": .text(mails[index].id), "until": .moment(until)])
        }
        return mails
    }

    func nextDue() throws(StorageError) -> Timestamp? {
        try connection.row("SELECT due_at FROM outbox WHERE is_parked = 0 ORDER BY due_at LIMIT 1", [:]) {
            row throws(StorageError) in try row.moment("due_at")
        }
    }

    func oldest() throws(StorageError) -> Timestamp? {
        try connection.row("SELECT created_at FROM outbox WHERE is_parked = 0 ORDER BY created_at LIMIT 1", [:]) {
            row throws(StorageError) in try row.moment("created_at")
        }
    }

    func erase(_ id: String) throws(StorageError) {
        try connection.execute("DELETE FROM outbox WHERE id = :id", ["id": .text(id)])
    }

    func putOff(_ id: String, until: Timestamp, because failure: String) throws(StorageError) {
        try connection.execute(
            "UPDATE outbox SET due_at = :until, is_claimed = 0, failure = :failure WHERE id = :id",
            ["id": .text(id), "until": .moment(until), "failure": .text(failure)])
    }

    func park(_ id: String, because failure: String) throws(StorageError) {
        try connection.execute(
            "UPDATE outbox SET is_parked = 1, is_claimed = 0, failure = :failure WHERE id = :id",
            ["id": .text(id), "failure": .text(failure)])
    }

    func renew(_ id: String, dueAt moment: Timestamp) throws(StorageError) {
        try connection.execute(
            "UPDATE outbox SET attempts = 0, due_at = :moment, is_claimed = 0, is_parked = 0 WHERE id = :id",
            ["id": .text(id), "moment": .moment(moment)])
    }

    func mail(_ id: String) throws(StorageError) -> OutboxMail? {
        try connection.row(
            """
            SELECT id, sealed, created_at, attempts, due_at, is_claimed, is_parked, failure
            FROM outbox WHERE id = :id
            """, ["id": .text(id)], read)
    }

    func written(after mail: OutboxMail?, onlyParked: Bool, limit: Int) throws(StorageError) -> [OutboxMail] {
        // Both engines find the place of a pair in the index; that of moments alone would be read from its beginning.
        try connection.rows(
            """
            SELECT id, sealed, created_at, attempts, due_at, is_claimed, is_parked, failure
            FROM outbox WHERE (created_at, id) > (:created_at, :id) AND is_parked >= :least
            ORDER BY created_at, id LIMIT :limit
            """,
            [
                "created_at": .integer(mail?.createdAt.milliseconds ?? .min), "id": .text(mail?.id ?? ""),
                "least": .boolean(onlyParked), "limit": .limit(limit),
            ], read)
    }

    func page(after id: String?, limit: Int) throws(StorageError) -> [OutboxMail] {
        try connection.rows(
            """
            SELECT id, sealed, created_at, attempts, due_at, is_claimed, is_parked, failure
            FROM outbox WHERE id > :id ORDER BY id LIMIT :limit
            """, ["id": .text(id ?? ""), "limit": .limit(limit)], read)
    }

    func reseal(_ id: String, as sealed: [UInt8]) throws(StorageError) {
        try connection.execute(
            "UPDATE outbox SET sealed = :sealed WHERE id = :id", ["id": .text(id), "sealed": .blob(sealed)])
    }

    func counts() throws(StorageError) -> (waiting: Int, parked: Int) {
        let counts = try connection.rows("SELECT is_parked, count(*) AS mails FROM outbox GROUP BY is_parked", [:]) {
            row throws(StorageError) in (isParked: try row.boolean("is_parked"), mails: Int(try row.integer("mails")))
        }
        return (
            waiting: counts.first { !$0.isParked }?.mails ?? 0, parked: counts.first { $0.isParked }?.mails ?? 0
        )
    }

    private func read(_ row: any SQLRow) throws(StorageError) -> OutboxMail {
        OutboxMail(
            id: try row.text("id"), sealed: try row.blob("sealed"), createdAt: try row.moment("created_at"),
            attempts: Int(try row.integer("attempts")), dueAt: try row.moment("due_at"),
            isClaimed: try row.boolean("is_claimed"), isParked: try row.boolean("is_parked"),
            failure: try row.optionalText("failure"))
    }
}
