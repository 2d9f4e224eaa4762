import GatewayKit

/// Accounts that come in batches, each list of them as one parameter: a text of JSON, which both engines take apart.
///
/// They name that differently, so there is a statement for each. On PostgreSQL every value is looked up by itself
/// (`LATERAL`, and `ANY` of an array where rows are deleted), because a plan is kept: one that was made for an empty
/// table and reads all of it would be kept while the import fills it, and a serializable transaction that reads a whole
/// table collides with whoever writes to it.
struct SQLImportRecords: ImportRecords {
    let connection: any SQLConnection

    func obstacles(
        to accounts: [Account], withIDs ids: [AccountID], at moment: Timestamp
    ) throws(StorageError) -> ImportObstacles {
        let lists = [
            "ids": try Self.list(ids.map(\.text)), "names": try Self.list(accounts.map(\.username.text)),
            "addresses": try Self.list(accounts.map(\.email.text)),
        ]
        var obstacles = ImportObstacles(accounts: try holders(lists))
        for (kind, value) in try facts(lists.merging(["moment": .moment(moment)]) { $1 }) {
            switch kind {
            case .id: obstacles.formerIDs.insert(AccountID(value))
            case .name: obstacles.formerNames.insert(Username(stored: value))
            case .address: obstacles.inheritedAddresses.insert(EmailAddress(stored: value))
            }
        }
        return obstacles
    }

    private func holders(_ lists: [String: SQLValue]) throws(StorageError) -> Set<Account> {
        let accounts = SQLAccountRecords(connection: connection)
        return Set(
            try connection.rows(
                connection.locksRows
                    ? """
                    SELECT found.* FROM json_array_elements_text(CAST(:ids AS JSON)) AS wanted (value)
                    CROSS JOIN LATERAL (
                        SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version,
                            created_at, last_login_at
                        FROM accounts WHERE id = wanted.value LIMIT 1) AS found
                    UNION SELECT found.* FROM json_array_elements_text(CAST(:names AS JSON)) AS wanted (value)
                    CROSS JOIN LATERAL (
                        SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version,
                            created_at, last_login_at
                        FROM accounts WHERE username = wanted.value LIMIT 1) AS found
                    UNION SELECT found.* FROM json_array_elements_text(CAST(:addresses AS JSON)) AS wanted (value)
                    CROSS JOIN LATERAL (
                        SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version,
                            created_at, last_login_at
                        FROM accounts WHERE email = wanted.value LIMIT 1) AS found
                    """
                    : """
                    SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version,
                        created_at, last_login_at
                    FROM accounts WHERE id IN (SELECT value FROM json_each(:ids))
                        OR username IN (SELECT value FROM json_each(:names))
                        OR email IN (SELECT value FROM json_each(:addresses))
                    """, lists, accounts.read))
    }

    /// What a value of a list is.
    private enum Kind: String { case id, name, address }

    private func facts(_ values: [String: SQLValue]) throws(StorageError) -> [(Kind, String)] {
        try connection.rows(
            connection.locksRows
                ? """
                SELECT 'id' AS kind, wanted.value FROM json_array_elements_text(CAST(:ids AS JSON)) AS wanted (value)
                CROSS JOIN LATERAL (SELECT 1 FROM audit WHERE account_id = wanted.value ORDER BY at LIMIT 1) AS found
                UNION SELECT 'name', wanted.value FROM json_array_elements_text(CAST(:names AS JSON)) AS wanted (value)
                CROSS JOIN LATERAL (SELECT 1 FROM usernames WHERE name = wanted.value LIMIT 1) AS found
                UNION SELECT 'address', wanted.value
                FROM json_array_elements_text(CAST(:addresses AS JSON)) AS wanted (value)
                CROSS JOIN LATERAL (
                    SELECT 1 FROM links WHERE email = wanted.value AND purpose = 'restore' AND expires_at > :moment
                    ORDER BY created_at LIMIT 1) AS found
                """
                : """
                SELECT 'id' AS kind, value FROM json_each(:ids) AS wanted
                WHERE EXISTS (SELECT 1 FROM audit WHERE account_id = wanted.value)
                UNION SELECT 'name', value FROM json_each(:names) AS wanted
                WHERE EXISTS (SELECT 1 FROM usernames WHERE name = wanted.value)
                UNION SELECT 'address', value FROM json_each(:addresses) AS wanted
                WHERE EXISTS (
                    SELECT 1 FROM links
                    WHERE email = wanted.value AND purpose = 'restore' AND expires_at > :moment)
                """, values
        ) { row throws(StorageError) in (try row.word("kind"), try row.text("value")) }
    }

    func insert(_ accounts: [Account], with events: [AuditEvent]) throws(StorageError) {
        try giveAway(accounts)
        try store(accounts)
        try append(events)
        let names = ["names": try Self.list(accounts.map(\.username.text))]
        try connection.execute(
            connection.locksRows
                ? """
                DELETE FROM registrations WHERE username = ANY (ARRAY(
                    SELECT value FROM json_array_elements_text(CAST(:names AS JSON)) AS taken (value)))
                """
                : "DELETE FROM registrations WHERE username IN (SELECT value FROM json_each(:names))", names)
    }

    private func giveAway(_ accounts: [Account]) throws(StorageError) {
        let rows = try Self.rows(accounts) { account throws(StorageError) in
            ["name": try Self.text(account.username.text), "id": try Self.text(account.id.text)]
        }
        try connection.execute(
            connection.locksRows
                ? """
                INSERT INTO usernames (name, account_id)
                SELECT name, id FROM json_to_recordset(CAST(:rows AS JSON)) AS given (name TEXT, id TEXT)
                """
                : """
                INSERT INTO usernames (name, account_id)
                SELECT json_extract(value, '$.name'), json_extract(value, '$.id') FROM json_each(:rows)
                """, ["rows": rows])
    }

    private func store(_ accounts: [Account]) throws(StorageError) {
        let rows = try Self.rows(accounts) { account throws(StorageError) in
            [
                "id": try Self.text(account.id.text), "username": try Self.text(account.username.text),
                "email": try Self.text(account.email.text),
                "is_email_verified": Self.number(account.isEmailVerified ? 1 : 0),
                "password_hash": try Self.text(account.passwordHash.reveal()),
                "group_names": try Self.text(account.groups.map(\.text).joined(separator: ",")),
                "is_disabled": Self.number(account.isDisabled ? 1 : 0), "version": Self.number(account.version),
                "created_at": Self.number(account.createdAt.milliseconds),
                "last_login_at": account.lastLoginAt.map { Self.number($0.milliseconds) } ?? .null,
            ]
        }
        try connection.execute(
            connection.locksRows
                ? """
                INSERT INTO accounts (id, username, email, is_email_verified, password_hash, group_names, is_disabled,
                    version, created_at, last_login_at)
                SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version,
                    created_at, last_login_at
                FROM json_to_recordset(CAST(:rows AS JSON)) AS given (id TEXT, username TEXT, email TEXT,
                    is_email_verified BIGINT, password_hash TEXT, group_names TEXT, is_disabled BIGINT, version BIGINT,
                    created_at BIGINT, last_login_at BIGINT)
                """
                : """
                INSERT INTO accounts (id, username, email, is_email_verified, password_hash, group_names, is_disabled,
                    version, created_at, last_login_at)
                SELECT json_extract(value, '$.id'), json_extract(value, '$.username'), json_extract(value, '$.email'),
                    json_extract(value, '$.is_email_verified'), json_extract(value, '$.password_hash'),
                    json_extract(value, '$.group_names'), json_extract(value, '$.is_disabled'),
                    json_extract(value, '$.version'), json_extract(value, '$.created_at'),
                    json_extract(value, '$.last_login_at')
                FROM json_each(:rows)
                """, ["rows": rows])
    }

    private func append(_ events: [AuditEvent]) throws(StorageError) {
        let audit = SQLAuditRecords(connection: connection)
        // Numbered, for the trail has them in their order.
        let rows = try Self.rows(events.enumerated()) { numbered throws(StorageError) in
            let event = numbered.element
            return [
                "n": .number("\(numbered.offset)"), "at": Self.number(event.at.milliseconds),
                "kind": try Self.text(event.kind.word), "account_id": try Self.text(event.accountID?.text),
                "actor": try Self.text(event.actor), "address": try Self.text(event.address),
                "request_id": try Self.text(event.requestID), "facts": try Self.text(try audit.encode(event.facts)),
            ]
        }
        try connection.execute(
            connection.locksRows
                ? """
                INSERT INTO audit (at, kind, account_id, actor, address, request_id, facts)
                SELECT at, kind, account_id, actor, address, request_id, facts
                FROM json_to_recordset(CAST(:rows AS JSON)) AS given (n BIGINT, at BIGINT, kind TEXT, account_id TEXT,
                    actor TEXT, address TEXT, request_id TEXT, facts TEXT)
                ORDER BY n
                """
                : """
                INSERT INTO audit (at, kind, account_id, actor, address, request_id, facts)
                SELECT json_extract(value, '$.at'), json_extract(value, '$.kind'), json_extract(value, '$.account_id'),
                    json_extract(value, '$.actor'), json_extract(value, '$.address'),
                    json_extract(value, '$.request_id'), json_extract(value, '$.facts')
                FROM json_each(:rows) ORDER BY json_extract(value, '$.n')
                """, ["rows": rows])
    }

    private static func list(_ texts: [String]) throws(StorageError) -> SQLValue {
        try rows(texts) { text throws(StorageError) in try Self.text(text) }
    }

    private static func rows<Element>(
        _ elements: some Sequence<Element>, _ row: (Element) throws(StorageError) -> JSONValue
    ) throws(StorageError) -> SQLValue {
        var items: [JSONValue] = []
        for element in elements { items.append(try row(element)) }
        return .text(String(decoding: JSONValue.array(items).encoded(), as: UTF8.self))
    }

    /// One with NUL is refused, as it is everywhere: SQLite would keep it when it stands in JSON.
    private static func text(_ text: String?) throws(StorageError) -> JSONValue {
        guard let text else { return .null }
        guard !text.utf8.contains(0) else { throw .broken(cause: TextWithNUL()) }
        return .string(text)
    }

    private static func number(_ number: Int64) -> JSONValue { .number("\(number)") }
}

/// No engine keeps it alike.
private struct TextWithNUL: Error, CustomStringConvertible {
    var description: String { "NUL in a text" }
}
