import GatewayKit

/// Signing keys.
struct SQLKeyRecords: KeyRecords {
    let connection: any SQLConnection

    func insert(_ key: SigningKeyRecord) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO signing_keys (id, algorithm, state, sealed, created_at, activated_at, retired_at)
            VALUES (:id, :algorithm, :state, :sealed, :created_at, :activated_at, :retired_at)
            """, values(of: key))
    }

    func all() throws(StorageError) -> [SigningKeyRecord] {
        try connection.rows(
            """
            SELECT id, algorithm, state, sealed, created_at, activated_at, retired_at
            FROM signing_keys ORDER BY created_at, id
            """, [:]
        ) { row throws(StorageError) in
            SigningKeyRecord(
                id: try row.text("id"), algorithm: try row.text("algorithm"), state: try row.word("state"),
                sealed: try row.blob("sealed"), createdAt: try row.moment("created_at"),
                activatedAt: try row.optionalMoment("activated_at"), retiredAt: try row.optionalMoment("retired_at"))
        }
    }

    func update(_ key: SigningKeyRecord) throws(StorageError) -> Bool {
        try connection.execute(
            """
            UPDATE signing_keys SET algorithm = :algorithm, state = :state, sealed = :sealed,
                created_at = :created_at, activated_at = :activated_at, retired_at = :retired_at
            WHERE id = :id
            """, values(of: key)) > 0
    }

    func delete(_ id: String) throws(StorageError) -> Bool {
        try connection.execute("DELETE FROM signing_keys WHERE id = :id", ["id": .text(id)]) > 0
    }

    private func values(of key: SigningKeyRecord) -> [String: SQLValue] {
        [
            "id": .text(key.id), "algorithm": .text(key.algorithm), "state": .text(key.state.rawValue),
            "sealed": .blob(key.sealed), "created_at": .moment(key.createdAt),
            "activated_at": .moment(key.activatedAt), "retired_at": .moment(key.retiredAt),
        ]
    }
}
