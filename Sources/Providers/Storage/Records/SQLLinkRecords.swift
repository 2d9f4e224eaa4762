import GatewayKit

/// Mailed links.
struct SQLLinkRecords: LinkRecords {
    let connection: any SQLConnection

    func insert(_ link: Link) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO links (hash, purpose, account_id, email, created_at, expires_at)
            VALUES (:hash, :purpose, :account_id, :email, :created_at, :expires_at)
            """,
            [
                "hash": .blob(link.hash.bytes), "purpose": .text(link.purpose.rawValue),
                "account_id": .text(link.accountID.text), "email": .text(link.email.text),
                "created_at": .moment(link.createdAt), "expires_at": .moment(link.expiresAt),
            ])
    }

    func link(_ hash: TokenHash, for purpose: Link.Purpose) throws(StorageError) -> Link? {
        try connection.row(
            """
            SELECT hash, purpose, account_id, email, created_at, expires_at
            FROM links WHERE hash = :hash AND purpose = :purpose
            """, ["hash": .blob(hash.bytes), "purpose": .text(purpose.rawValue)]
        ) { row throws(StorageError) in
            Link(
                hash: TokenHash(bytes: try row.blob("hash")), purpose: try row.word("purpose"),
                accountID: AccountID(try row.text("account_id")), email: EmailAddress(stored: try row.text("email")),
                createdAt: try row.moment("created_at"), expiresAt: try row.moment("expires_at"))
        }
    }

    func heir(of email: EmailAddress, at moment: Timestamp) throws(StorageError) -> AccountID? {
        try connection.row(
            """
            SELECT account_id FROM links WHERE email = :email AND purpose = 'restore' AND expires_at > :moment
            ORDER BY created_at LIMIT 1
            """, ["email": .text(email.text), "moment": .moment(moment)]
        ) { row throws(StorageError) in AccountID(try row.text("account_id")) }
    }

    func consume(_ hash: TokenHash) throws(StorageError) -> Bool {
        try connection.execute("DELETE FROM links WHERE hash = :hash", ["hash": .blob(hash.bytes)]) > 0
    }

    func deleteAll(of account: AccountID, for purpose: Link.Purpose) throws(StorageError) {
        try connection.execute(
            "DELETE FROM links WHERE account_id = :account_id AND purpose = :purpose",
            ["account_id": .text(account.text), "purpose": .text(purpose.rawValue)])
    }

    func deleteAll(
        of account: AccountID, for purpose: Link.Purpose, madeSince moment: Timestamp
    ) throws(StorageError) {
        try connection.execute(
            "DELETE FROM links WHERE account_id = :account_id AND purpose = :purpose AND created_at >= :moment",
            [
                "account_id": .text(account.text), "purpose": .text(purpose.rawValue), "moment": .moment(moment),
            ])
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try connection.execute(
            "DELETE FROM links WHERE hash IN (SELECT hash FROM links WHERE expires_at < :moment LIMIT :limit)",
            ["moment": .moment(moment), "limit": .limit(limit)])
    }
}
