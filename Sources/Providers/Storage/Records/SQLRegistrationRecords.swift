import GatewayKit

/// Registrations that wait for their address to be confirmed.
struct SQLRegistrationRecords: RegistrationRecords {
    let connection: any SQLConnection

    func insert(_ registration: PendingRegistration) throws(StorageError) -> Bool {
        let (name, now) = (SQLValue.text(registration.username.text), SQLValue.moment(registration.createdAt))
        try connection.execute(
            "DELETE FROM registrations WHERE username = :username AND expires_at <= :moment",
            ["username": name, "moment": now])
        let takers = try connection.rows(
            """
            SELECT name FROM usernames WHERE name = :username
            UNION ALL SELECT username AS name FROM registrations WHERE username = :username
            """, ["username": name]
        ) { row throws(StorageError) in try row.text("name") }
        guard takers.isEmpty else { return false }
        try connection.execute(
            """
            INSERT INTO registrations (username, email, password_hash, link, mailed_at, created_at, expires_at)
            VALUES (:username, :email, :password_hash, :link, :mailed_at, :created_at, :expires_at)
            """,
            [
                "username": name, "email": .text(registration.email.text),
                "password_hash": .text(registration.passwordHash.reveal()), "link": .blob(registration.link?.bytes),
                "mailed_at": .moment(registration.mailedAt), "created_at": now,
                "expires_at": .moment(registration.expiresAt),
            ])
        return true
    }

    func registration(named name: Username, at moment: Timestamp) throws(StorageError) -> PendingRegistration? {
        try connection.row(
            """
            SELECT username, email, password_hash, link, mailed_at, created_at, expires_at
            FROM registrations WHERE username = :username AND expires_at > :moment
            """, ["username": .text(name.text), "moment": .moment(moment)], read)
    }

    func registration(linkedBy link: TokenHash, at moment: Timestamp) throws(StorageError) -> PendingRegistration? {
        try connection.row(
            """
            SELECT username, email, password_hash, link, mailed_at, created_at, expires_at
            FROM registrations WHERE link = :link AND expires_at > :moment
            """, ["link": .blob(link.bytes), "moment": .moment(moment)], read)
    }

    func registrations(
        addressed email: EmailAddress, at moment: Timestamp, limit: Int
    ) throws(StorageError) -> [PendingRegistration] {
        try connection.rows(
            """
            SELECT username, email, password_hash, link, mailed_at, created_at, expires_at
            FROM registrations WHERE email = :email AND expires_at > :moment
            ORDER BY created_at DESC, username LIMIT :limit
            """, ["email": .text(email.text), "moment": .moment(moment), "limit": .limit(limit)], read)
    }

    func link(_ name: Username, by link: TokenHash, mailedAt moment: Timestamp) throws(StorageError) {
        try connection.execute(
            "UPDATE registrations SET link = :link, mailed_at = :moment WHERE username = :username",
            ["username": .text(name.text), "link": .blob(link.bytes), "moment": .moment(moment)])
    }

    func unlinkAll(addressed email: EmailAddress) throws(StorageError) {
        try connection.execute(
            "UPDATE registrations SET link = NULL WHERE email = :email", ["email": .text(email.text)])
    }

    func remove(_ name: Username) throws(StorageError) -> Bool {
        try connection.execute(
            "DELETE FROM registrations WHERE username = :username", ["username": .text(name.text)]) > 0
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try connection.execute(
            """
            DELETE FROM registrations WHERE username IN (
                SELECT username FROM registrations WHERE expires_at < :moment LIMIT :limit)
            """, ["moment": .moment(moment), "limit": .limit(limit)])
    }

    private func read(_ row: any SQLRow) throws(StorageError) -> PendingRegistration {
        PendingRegistration(
            username: Username(stored: try row.text("username")), email: EmailAddress(stored: try row.text("email")),
            passwordHash: PasswordHash(try row.text("password_hash")),
            link: try row.optionalBlob("link").map { TokenHash(bytes: $0) },
            mailedAt: try row.optionalMoment("mailed_at"), createdAt: try row.moment("created_at"),
            expiresAt: try row.moment("expires_at"))
    }
}
