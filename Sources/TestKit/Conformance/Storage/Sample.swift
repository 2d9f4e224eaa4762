import GatewayKit

/// What the checks store: small, different from each other, the same in every run.
enum Sample {
    /// The moment so many seconds after a fixed one.
    static func moment(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_800_000_000 + seconds) }

    /// 32 bytes that are all alike.
    static func hash(_ byte: UInt8) -> TokenHash { TokenHash(bytes: [UInt8](repeating: byte, count: 32)) }

    /// An account with the id `id-<name>` and the address `<name>@example.com`.
    static func account(_ name: String, createdAt: Timestamp = moment(0)) -> Account {
        Account(
            id: AccountID("id-\(name)"), username: Username(stored: name),
            email: EmailAddress(stored: "\(name)@example.com"), passwordHash: PasswordHash("$hash$\(name)"),
            createdAt: createdAt)
    }

    /// A registration of the address `ada@example.com` that ends after a thousand seconds.
    static func registration(
        _ name: String, createdAt: Timestamp = moment(0), expiresAt: Timestamp = moment(1000)
    ) -> PendingRegistration {
        PendingRegistration(
            username: Username(stored: name), email: EmailAddress(stored: "ada@example.com"),
            passwordHash: PasswordHash("$hash$\(name)"), createdAt: createdAt, expiresAt: expiresAt)
    }

    /// A session of an account's, used when it was made, that ends after a thousand seconds.
    static func session(_ id: String, of name: String, createdAt: Timestamp = moment(0)) -> Session {
        Session(
            id: SessionID(id), accountID: AccountID("id-\(name)"), createdAt: createdAt, lastUsedAt: createdAt,
            expiresAt: createdAt + .seconds(1000))
    }

    /// A refresh token of a session's that is the first of its family.
    static func token(_ byte: UInt8, of session: String) -> RefreshTokenRecord {
        RefreshTokenRecord(hash: hash(byte), sessionID: SessionID(session))
    }

    /// An API key of an account's.
    static func apiKey(_ id: String, _ byte: UInt8, of name: String, expiresAt: Timestamp? = nil) -> APIKey {
        APIKey(
            id: id, accountID: AccountID("id-\(name)"), name: KeyName(stored: "ci"), hash: hash(byte),
            createdAt: moment(0), expiresAt: expiresAt)
    }

    /// A link to an account's own address that ends after a thousand seconds.
    static func link(
        _ byte: UInt8, _ purpose: Link.Purpose = .reset, of name: String, expiresAt: Timestamp = moment(1000)
    ) -> Link {
        Link(
            hash: hash(byte), purpose: purpose, accountID: AccountID("id-\(name)"),
            email: EmailAddress(stored: "\(name)@example.com"), createdAt: moment(0), expiresAt: expiresAt)
    }

    /// A mail that is due at a moment.
    static func mail(_ id: String, dueAt: Timestamp = moment(0)) -> OutboxMail {
        OutboxMail(id: id, sealed: [0, 255, 39, 34, 92] + Array(id.utf8), createdAt: moment(0), dueAt: dueAt)
    }

    /// A count of guesses that may go after a thousand seconds.
    static func guesses(_ key: String, _ count: Int, keepUntil: Timestamp = moment(1000)) -> GuessCount {
        GuessCount(key: key, count: count, windowStart: moment(0), keepUntil: keepUntil)
    }

    /// A number that a floating-point one cannot hold.
    static let greatNumber: Int64 = 1 << 53 + 1

    /// Text that quoting, escaping or a narrow character set would harm.
    static let difficultText = "O'Neil \"x\" \\ %_ ; -- \u{1F469}\u{200D}\u{1F680} e\u{301} \u{FFFF} \t\n end"
}
