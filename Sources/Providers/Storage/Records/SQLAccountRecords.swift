import GatewayKit

/// Accounts, and the names that were given away.
///
/// Names and addresses are looked at before anything is stored, so that a refusal changes nothing; in a serializable
/// transaction nobody comes between, and the constraints stand behind it.
struct SQLAccountRecords: AccountRecords {
    let connection: any SQLConnection

    func insert(_ account: Account) throws(StorageError) -> AccountChange {
        if try owner(of: account.username) != nil { return .usernameTaken }
        if try self.account(addressed: account.email) != nil { return .emailTaken }
        try giveAway(account.username, to: account.id)
        try connection.execute(
            """
            INSERT INTO accounts (id, username, email, is_email_verified, password_hash, group_names, is_disabled,
                version, created_at, last_login_at)
            VALUES (:id, :username, :email, :is_email_verified, :password_hash, :group_names, :is_disabled,
                :version, :created_at, :last_login_at)
            """, values(of: account))
        return .stored
    }

    func update(_ account: Account) throws(StorageError) -> AccountChange {
        guard try self.account(account.id) != nil else { return .missing }
        let owner = try owner(of: account.username)
        if let owner, owner != account.id { return .usernameTaken }
        if let other = try self.account(addressed: account.email), other.id != account.id { return .emailTaken }
        if owner == nil { try giveAway(account.username, to: account.id) }
        try connection.execute(
            """
            UPDATE accounts SET username = :username, email = :email, is_email_verified = :is_email_verified,
                password_hash = :password_hash, group_names = :group_names, is_disabled = :is_disabled,
                version = :version, created_at = :created_at, last_login_at = :last_login_at
            WHERE id = :id
            """, values(of: account))
        return .stored
    }

    func delete(_ id: AccountID) throws(StorageError) -> Bool {
        try connection.execute("DELETE FROM accounts WHERE id = :id", ["id": .text(id.text)]) > 0
    }

    func account(_ id: AccountID) throws(StorageError) -> Account? {
        try connection.row(
            """
            SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version, created_at,
                last_login_at
            FROM accounts WHERE id = :id
            """, ["id": .text(id.text)], read)
    }

    func account(named name: Username) throws(StorageError) -> Account? {
        try connection.row(
            """
            SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version, created_at,
                last_login_at
            FROM accounts WHERE username = :username
            """, ["username": .text(name.text)], read)
    }

    func account(addressed email: EmailAddress) throws(StorageError) -> Account? {
        try connection.row(
            """
            SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version, created_at,
                last_login_at
            FROM accounts WHERE email = :email
            """, ["email": .text(email.text)], read)
    }

    func page(after: Username?, limit: Int) throws(StorageError) -> [Account] {
        try connection.rows(
            """
            SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version, created_at,
                last_login_at
            FROM accounts WHERE username > :after ORDER BY username LIMIT :limit
            """, ["after": .text(after?.text ?? ""), "limit": .limit(limit)], read)
    }

    func pageByID(after: AccountID?, limit: Int) throws(StorageError) -> [Account] {
        try connection.rows(
            """
            SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version, created_at,
                last_login_at
            FROM accounts WHERE id > :after ORDER BY id LIMIT :limit
            """, ["after": .text(after?.text ?? ""), "limit": .limit(limit)], read)
    }

    func page(named prefix: TermPrefix, after: String?, limit: Int) throws(StorageError) -> [Account] {
        try connection.rows(
            """
            SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version, created_at,
                last_login_at
            FROM accounts WHERE username >= :from AND username < :below ORDER BY username LIMIT :limit
            """,
            [
                "from": .text(prefix.first(behind: after)), "below": .text(prefix.below), "limit": .limit(limit),
            ], read)
    }

    /// Accounts are read by how many characters their names and addresses have in common: fewer than the text has, and
    /// the name does not begin with it where the address does. So those that do are not met at all, which may be most.
    func page(addressed prefix: TermPrefix, after: String?, limit: Int) throws(StorageError) -> [Account] {
        var values: [String: SQLValue] = [
            "from": .text(prefix.first(behind: after)), "below": .text(prefix.below), "limit": .limit(limit),
        ]
        var found: [Account] = []
        for common in 0..<min(prefix.text.utf8.count, Self.mostInCommon) {
            values["common"] = .integer(Int64(common))
            found += try connection.rows(
                """
                SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version,
                    created_at, last_login_at
                FROM accounts WHERE common_beginning = :common AND email >= :from AND email < :below
                ORDER BY email LIMIT :limit
                """, values, read)
        }
        if prefix.text.utf8.count > Self.mostInCommon {
            values["common"] = .integer(Int64(Self.mostInCommon))
            values["prefix"] = .text(prefix.text)
            found += try connection.rows(
                """
                SELECT id, username, email, is_email_verified, password_hash, group_names, is_disabled, version,
                    created_at, last_login_at
                FROM accounts WHERE common_beginning = :common AND email >= :from AND email < :below
                    AND NOT (username >= :prefix AND username < :below)
                ORDER BY email LIMIT :limit
                """, values, read)
        }
        return Array(found.sorted { TermPrefix.isAscending($0.email.text, $1.email.text) }.prefix(max(0, limit)))
    }

    /// Up to how many characters the schema counts; few names go on as their addresses do behind that.
    private static let mostInCommon = 16

    func hashSamples() throws(StorageError) -> [PasswordHash] {
        let pairs = try connection.rows(
            """
            SELECT min(password_hash) AS least, max(password_hash) AS greatest FROM accounts
            GROUP BY substr(password_hash, 1, CAST(:kind AS INTEGER)), length(password_hash)
            """, ["kind": .limit(PasswordHash.kindLength)]
        ) { row throws(StorageError) in [try row.text("least"), try row.text("greatest")] }
        return Set(pairs.joined()).map { PasswordHash($0) }
    }

    private func owner(of name: Username) throws(StorageError) -> AccountID? {
        try connection.row("SELECT account_id FROM usernames WHERE name = :name", ["name": .text(name.text)]) {
            row throws(StorageError) in AccountID(try row.text("account_id"))
        }
    }

    private func giveAway(_ name: Username, to id: AccountID) throws(StorageError) {
        try connection.execute(
            "INSERT INTO usernames (name, account_id) VALUES (:name, :account_id)",
            ["name": .text(name.text), "account_id": .text(id.text)])
    }

    private func values(of account: Account) -> [String: SQLValue] {
        [
            "id": .text(account.id.text), "username": .text(account.username.text), "email": .text(account.email.text),
            "is_email_verified": .boolean(account.isEmailVerified),
            "password_hash": .text(account.passwordHash.reveal()),
            "group_names": .text(account.groups.map(\.text).joined(separator: ",")),
            "is_disabled": .boolean(account.isDisabled), "version": .integer(account.version),
            "created_at": .moment(account.createdAt), "last_login_at": .moment(account.lastLoginAt),
        ]
    }

    func read(_ row: any SQLRow) throws(StorageError) -> Account {
        Account(
            id: AccountID(try row.text("id")), username: Username(stored: try row.text("username")),
            email: EmailAddress(stored: try row.text("email")), isEmailVerified: try row.boolean("is_email_verified"),
            passwordHash: PasswordHash(try row.text("password_hash")),
            groups: try row.text("group_names").split(separator: ",").map { GroupName(stored: String($0)) },
            isDisabled: try row.boolean("is_disabled"), version: try row.integer("version"),
            createdAt: try row.moment("created_at"), lastLoginAt: try row.optionalMoment("last_login_at"))
    }
}
