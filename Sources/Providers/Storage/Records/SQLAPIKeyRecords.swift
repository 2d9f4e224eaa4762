import GatewayKit

/// Personal API keys.
struct SQLAPIKeyRecords: APIKeyRecords {
    let connection: any SQLConnection

    func insert(_ key: APIKey) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO api_keys (id, account_id, name, hash, created_at, expires_at, paths)
            VALUES (:id, :account_id, :name, :hash, :created_at, :expires_at, :paths)
            """,
            [
                "id": .text(key.id), "account_id": .text(key.accountID.text), "name": .text(key.name.text),
                "hash": .blob(key.hash.bytes), "created_at": .moment(key.createdAt),
                "expires_at": .moment(key.expiresAt), "paths": .text(key.scope?.patterns.joined(separator: "\n")),
            ])
    }

    func key(hashed hash: TokenHash) throws(StorageError) -> APIKey? {
        try connection.row(
            """
            SELECT id, account_id, name, hash, created_at, expires_at, paths FROM api_keys WHERE hash = :hash
            """, ["hash": .blob(hash.bytes)], read)
    }

    func keys(of account: AccountID) throws(StorageError) -> [APIKey] {
        try connection.rows(
            """
            SELECT id, account_id, name, hash, created_at, expires_at, paths
            FROM api_keys WHERE account_id = :account_id ORDER BY created_at DESC, id DESC
            """, ["account_id": .text(account.text)], read)
    }

    func delete(_ id: String, of account: AccountID) throws(StorageError) -> Bool {
        try connection.execute(
            "DELETE FROM api_keys WHERE id = :id AND account_id = :account_id",
            ["id": .text(id), "account_id": .text(account.text)]) > 0
    }

    func deleteAll(of account: AccountID) throws(StorageError) -> [String] {
        try connection.rows(
            "DELETE FROM api_keys WHERE account_id = :account_id RETURNING id", ["account_id": .text(account.text)]
        ) { row throws(StorageError) in try row.text("id") }
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try connection.execute(
            "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE expires_at < :moment LIMIT :limit)",
            ["moment": .moment(moment), "limit": .limit(limit)])
    }

    private func read(_ row: any SQLRow) throws(StorageError) -> APIKey {
        let paths = try row.optionalText("paths")
        return APIKey(
            id: try row.text("id"), accountID: AccountID(try row.text("account_id")),
            name: KeyName(stored: try row.text("name")), hash: TokenHash(bytes: try row.blob("hash")),
            createdAt: try row.moment("created_at"), expiresAt: try row.optionalMoment("expires_at"),
            scope: paths.map { KeyScope(stored: $0.split(separator: "\n").map(String.init)) })
    }
}
