import GatewayKit

/// Sessions; the refresh tokens and cookies go with them by reference.
struct SQLSessionRecords: SessionRecords {
    let connection: any SQLConnection

    func insert(_ session: Session, first token: RefreshTokenRecord) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at, address, user_agent)
            VALUES (:id, :account_id, :created_at, :last_used_at, :expires_at, :address, :user_agent)
            """,
            [
                "id": .text(session.id.text), "account_id": .text(session.accountID.text),
                "created_at": .moment(session.createdAt), "last_used_at": .moment(session.lastUsedAt),
                "expires_at": .moment(session.expiresAt), "address": .text(session.address),
                "user_agent": .text(session.userAgent),
            ])
        try connection.execute(
            """
            INSERT INTO refresh_tokens (hash, session_id, predecessor, nonce, rotated_at)
            VALUES (:hash, :session_id, :predecessor, :nonce, :rotated_at)
            """,
            [
                "hash": .blob(token.hash.bytes), "session_id": .text(token.sessionID.text),
                "predecessor": .blob(token.predecessor?.bytes), "nonce": .blob(token.nonce),
                "rotated_at": .moment(token.rotatedAt),
            ])
    }

    func session(_ id: SessionID) throws(StorageError) -> Session? {
        try connection.row(
            """
            SELECT id, account_id, created_at, last_used_at, expires_at, address, user_agent
            FROM sessions WHERE id = :id
            """, ["id": .text(id.text)], read)
    }

    func sessions(of account: AccountID) throws(StorageError) -> [Session] {
        try connection.rows(
            """
            SELECT id, account_id, created_at, last_used_at, expires_at, address, user_agent
            FROM sessions WHERE account_id = :account_id ORDER BY created_at DESC, id DESC
            """, ["account_id": .text(account.text)], read)
    }

    func touch(_ id: SessionID, at moment: Timestamp) throws(StorageError) {
        try connection.execute(
            "UPDATE sessions SET last_used_at = :moment WHERE id = :id",
            ["id": .text(id.text), "moment": .moment(moment)])
    }

    func addCookie(_ hash: TokenHash, to id: SessionID) throws(StorageError) {
        try connection.execute(
            "INSERT INTO session_cookies (hash, session_id) VALUES (:hash, :session_id)",
            ["hash": .blob(hash.bytes), "session_id": .text(id.text)])
    }

    func session(ofCookie hash: TokenHash) throws(StorageError) -> Session? {
        try connection.row(
            """
            SELECT sessions.id, sessions.account_id, sessions.created_at, sessions.last_used_at, sessions.expires_at,
                sessions.address, sessions.user_agent
            FROM session_cookies JOIN sessions ON sessions.id = session_cookies.session_id
            WHERE session_cookies.hash = :hash
            """, ["hash": .blob(hash.bytes)], read)
    }

    func end(_ id: SessionID) throws(StorageError) -> Bool {
        try connection.execute("DELETE FROM sessions WHERE id = :id", ["id": .text(id.text)]) > 0
    }

    func endAll(of account: AccountID, except kept: SessionID?) throws(StorageError) -> [SessionID] {
        // No id is empty, so that an empty one keeps none.
        try connection.rows(
            "DELETE FROM sessions WHERE account_id = :account_id AND id <> :kept RETURNING id",
            ["account_id": .text(account.text), "kept": .text(kept?.text ?? "")]
        ) { row throws(StorageError) in SessionID(try row.text("id")) }
    }

    func endExpired(before moment: Timestamp, idleSince: Timestamp, limit: Int) throws(StorageError) -> Int {
        let tokens = try connection.execute(
            """
            DELETE FROM refresh_tokens WHERE hash IN (
                SELECT refresh_tokens.hash FROM sessions JOIN refresh_tokens ON refresh_tokens.session_id = sessions.id
                WHERE sessions.expires_at < :moment OR sessions.last_used_at < :idle_since LIMIT :limit)
            """, ["moment": .moment(moment), "idle_since": .moment(idleSince), "limit": .limit(limit)])
        guard tokens < limit else { return tokens }
        // None of them has a token any more that would go with it.
        let sessions = try connection.execute(
            """
            DELETE FROM sessions WHERE id IN (
                SELECT id FROM sessions WHERE expires_at < :moment OR last_used_at < :idle_since LIMIT :limit)
            """, ["moment": .moment(moment), "idle_since": .moment(idleSince), "limit": .limit(limit - tokens)])
        return tokens + sessions
    }

    func refreshToken(_ hash: TokenHash) throws(StorageError) -> RefreshTokenRecord? {
        try connection.row(
            "SELECT hash, session_id, predecessor, nonce, rotated_at FROM refresh_tokens WHERE hash = :hash",
            ["hash": .blob(hash.bytes)]
        ) { row throws(StorageError) in
            RefreshTokenRecord(
                hash: TokenHash(bytes: try row.blob("hash")), sessionID: SessionID(try row.text("session_id")),
                predecessor: try row.optionalBlob("predecessor").map { TokenHash(bytes: $0) },
                nonce: try row.optionalBlob("nonce"), rotatedAt: try row.optionalMoment("rotated_at"))
        }
    }

    func rotate(
        _ hash: TokenHash, nonce: [UInt8], at moment: Timestamp, to successor: TokenHash
    ) throws(StorageError) {
        let rotated = try connection.execute(
            "UPDATE refresh_tokens SET nonce = :nonce, rotated_at = :moment WHERE hash = :hash",
            ["hash": .blob(hash.bytes), "nonce": .blob(nonce), "moment": .moment(moment)])
        guard rotated > 0 else { throw .broken(cause: UnknownToken()) }
        try connection.execute(
            """
            UPDATE refresh_tokens SET is_spent = 1
            WHERE hash = (SELECT predecessor FROM refresh_tokens WHERE hash = :hash)
            """, ["hash": .blob(hash.bytes)])
        try connection.execute(
            """
            INSERT INTO refresh_tokens (hash, session_id, predecessor)
            SELECT :successor, session_id, hash FROM refresh_tokens WHERE hash = :hash
            """, ["hash": .blob(hash.bytes), "successor": .blob(successor.bytes)])
    }

    func eraseNonces(of session: SessionID?, rotatedBy moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        guard let session else {
            return try connection.execute(
                """
                UPDATE refresh_tokens SET nonce = NULL WHERE hash IN (
                    SELECT hash FROM refresh_tokens
                    WHERE nonce IS NOT NULL AND is_spent = 1 AND rotated_at <= :moment LIMIT :limit)
                """, ["moment": .moment(moment), "limit": .limit(limit)])
        }
        return try connection.execute(
            """
            UPDATE refresh_tokens SET nonce = NULL WHERE hash IN (
                SELECT hash FROM refresh_tokens
                WHERE session_id = :session_id AND nonce IS NOT NULL AND is_spent = 1 AND rotated_at <= :moment
                LIMIT :limit)
            """, ["session_id": .text(session.text), "moment": .moment(moment), "limit": .limit(limit)])
    }

    private func read(_ row: any SQLRow) throws(StorageError) -> Session {
        Session(
            id: SessionID(try row.text("id")), accountID: AccountID(try row.text("account_id")),
            createdAt: try row.moment("created_at"), lastUsedAt: try row.moment("last_used_at"),
            expiresAt: try row.moment("expires_at"), address: try row.optionalText("address"),
            userAgent: try row.optionalText("user_agent"))
    }
}

/// A token was to be rotated that is not in the store; whoever rotates one has read it in the same transaction.
private struct UnknownToken: Error {}
