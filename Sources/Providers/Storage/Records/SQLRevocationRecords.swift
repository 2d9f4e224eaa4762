import GatewayKit

/// The revocation log. Its ids ascend in the order of the commits because SQLite has one writer at a time.
struct SQLRevocationRecords: RevocationRecords {
    let connection: any SQLConnection

    func append(_ subject: Revocation.Subject, keepUntil: Timestamp) throws(StorageError) -> Int64 {
        let columns = columns(of: subject)
        let id = try connection.row(
            """
            INSERT INTO revocations (kind, subject, least_version, keep_until)
            VALUES (:kind, :subject, :least_version, :keep_until) RETURNING id
            """,
            [
                "kind": .text(columns.kind.rawValue), "subject": .text(columns.text),
                "least_version": .integer(columns.leastVersion), "keep_until": .moment(keepUntil),
            ]
        ) { row throws(StorageError) in try row.integer("id") }
        guard let id else { throw .broken(cause: UnreadableColumn("id")) }
        return id
    }

    func rows(after id: Int64, limit: Int) throws(StorageError) -> [Revocation] {
        try connection.rows(
            """
            SELECT id, kind, subject, least_version, keep_until FROM revocations WHERE id > :id ORDER BY id LIMIT :limit
            """, ["id": .integer(id), "limit": .limit(limit)]
        ) { row throws(StorageError) in
            Revocation(id: try row.integer("id"), subject: try subject(row), keepUntil: try row.moment("keep_until"))
        }
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try connection.execute(
            "DELETE FROM revocations WHERE id IN (SELECT id FROM revocations WHERE keep_until < :moment LIMIT :limit)",
            ["moment": .moment(moment), "limit": .limit(limit)])
    }

    private enum Kind: String {
        case session
        case apiKey = "api_key"
        case signingKey = "signing_key"
        case account
    }

    private func columns(of subject: Revocation.Subject) -> (kind: Kind, text: String, leastVersion: Int64?) {
        switch subject {
        case .session(let id): (.session, id.text, nil)
        case .apiKey(let id): (.apiKey, id, nil)
        case .signingKey(let id): (.signingKey, id, nil)
        case .account(let id, let leastVersion): (.account, id.text, leastVersion)
        }
    }

    private func subject(_ row: any SQLRow) throws(StorageError) -> Revocation.Subject {
        let kind: Kind = try row.word("kind")
        let text = try row.text("subject")
        return switch kind {
        case .session: .session(SessionID(text))
        case .apiKey: .apiKey(text)
        case .signingKey: .signingKey(text)
        case .account: .account(AccountID(text), leastVersion: try row.integer("least_version"))
        }
    }
}
