import GatewayAccounts
import GatewayKit

/// One account as a line of JSON: what `users import` reads and `users export` writes. `docs/users.md` has the format.
struct AccountLine {
    /// The longest line that is read.
    static let limit = 65_536
    /// Every key that a line may have, in the order in which they are written.
    static let keys = [
        "id", "username", "email", "email_verified", "groups", "disabled", "created_at", "last_login_at",
        "password_hash",
    ]

    /// What is wrong with the line, each in a sentence that holds nothing of a hash; none for a line that will do.
    private(set) var problems: [String] = []
    /// The account, when nothing is wrong.
    private(set) var account: ImportedAccount?

    private let line: JSONValue
    private let foreignPrefixes: [String]

    /// Reads a line; keys of `ignored` may stand in it and mean nothing, and ids do not begin as those of other
    /// issuers' users do. Hashes of other systems are taken over by `adopt`.
    init(
        _ bytes: [UInt8], ignoring ignored: Set<String> = [], foreignPrefixes: [String] = [],
        adopt: (JSONValue) throws(InputRefusal) -> PasswordHash
    ) {
        self.foreignPrefixes = foreignPrefixes
        do throws(JSONRefusal) {
            line = try JSONValue(strictly: bytes)
        } catch {
            line = .null
            problems.append("no JSON: \(error)")
            return
        }
        guard let members = line.object else {
            problems.append("a line must be a JSON object")
            return
        }
        for member in members where !Self.keys.contains(member.name) && !ignored.contains(member.name) {
            problems.append(Self.unknown(member.name))
        }
        account = read(adopting: adopt)
    }

    /// A line for an account; its hash is told only where that is asked for.
    static func text(of account: Account, withHash: Bool) -> String {
        var members: [JSONValue.Member] = [
            .init("id", .string(account.id.text)), .init("username", .string(account.username.text)),
            .init("email", .string(account.email.text)), .init("email_verified", .boolean(account.isEmailVerified)),
            .init("groups", .array(account.groups.map { .string($0.text) })),
            .init("disabled", .boolean(account.isDisabled)), .init("created_at", .string(account.createdAt.iso8601)),
        ]
        if let last = account.lastLoginAt { members.append(.init("last_login_at", .string(last.iso8601))) }
        if withHash, account.passwordHash != .noPassword {
            members.append(.init("password_hash", .string(account.passwordHash.reveal())))
        }
        return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
    }

    private mutating func read(
        adopting adopt: (JSONValue) throws(InputRefusal) -> PasswordHash
    ) -> ImportedAccount? {
        let prefixes = foreignPrefixes
        let id = text("id") { text throws(InputRefusal) in
            guard !prefixes.contains(where: { !$0.isEmpty && text.utf8.starts(with: $0.utf8) }) else {
                throw InputRefusal(
                    "foreign_id", "must not begin with the prefix of another issuer, as access.issuers has it")
            }
            return try Self.id(text)
        }
        let username = required("username") { text throws(InputRefusal) in try Username(text) }
        let email = required("email") { text throws(InputRefusal) in try EmailAddress(text) }
        let (isVerified, isDisabled) = (boolean("email_verified"), boolean("disabled"))
        let groups = groups()
        let (created, lastLogin) = (text("created_at", Self.moment), text("last_login_at", Self.moment))
        let hash = value("password_hash", adopt)
        guard problems.isEmpty, let username, let email else { return nil }
        return ImportedAccount(
            id: id, username: username, email: email, isEmailVerified: isVerified, passwordHash: hash ?? .noPassword,
            groups: groups, isDisabled: isDisabled, createdAt: created, lastLoginAt: lastLogin)
    }

    /// What stands under a key, read; nil where nothing does, or where it will not do.
    private mutating func value<Value>(
        _ key: String, _ read: (JSONValue) throws(InputRefusal) -> Value
    ) -> Value? {
        guard let value = line[key], value != .null else { return nil }
        do throws(InputRefusal) {
            return try read(value)
        } catch {
            problems.append("\(key) \(error.detail)")
            return nil
        }
    }

    private mutating func text<Value>(_ key: String, _ read: (String) throws(InputRefusal) -> Value) -> Value? {
        value(key) { value throws(InputRefusal) in
            guard let text = value.string else { throw InputRefusal("wrong_type", "must be a string") }
            return try read(text)
        }
    }

    private mutating func required<Value>(_ key: String, _ read: (String) throws(InputRefusal) -> Value) -> Value? {
        if line[key] == nil || line[key] == .null { problems.append("\(key) is missing") }
        return text(key, read)
    }

    private mutating func boolean(_ key: String) -> Bool {
        value(key) { value throws(InputRefusal) in
            guard case .boolean(let isTrue) = value else { throw InputRefusal("wrong_type", "must be true or false") }
            return isTrue
        } ?? false
    }

    private mutating func groups() -> Set<GroupName> {
        value("groups") { value throws(InputRefusal) in
            guard let items = value.array else { throw InputRefusal("wrong_type", "must be an array of strings") }
            var groups: Set<GroupName> = []
            for item in items {
                guard let name = item.string else { throw InputRefusal("wrong_type", "must hold strings alone") }
                do throws(InputRefusal) { groups.insert(try GroupName(name)) } catch {
                    throw InputRefusal(error.code, "hold a name that will not do: each \(error.detail)")
                }
            }
            guard groups.count <= GroupName.mostOfAnAccount else {
                throw InputRefusal("too_many_groups", "must hold at most \(GroupName.mostOfAnAccount) names")
            }
            return groups
        } ?? []
    }

    /// An id goes into tokens, headers and paths as it is. It has no colon, which usually ends the prefix of another
    /// issuer's ids, and is no word by which the audit trail names who did something.
    private static func id(_ text: String) throws(InputRefusal) -> AccountID {
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 128,
            text.utf8.allSatisfy({ isAlphanumeric($0) || "._|-".utf8.contains($0) })
        else {
            throw InputRefusal(
                "invalid_id", "must be 1 to 128 of letters a-z, digits, '.', '_', '|' and '-', a letter or digit first")
        }
        guard !["self", "gateway", Operator.commandLine.actor].contains(text) else {
            throw InputRefusal("reserved_id", "must not be a word that the audit trail has for who did something")
        }
        return AccountID(text)
    }

    /// Whether the id of an account that is imported could begin so.
    static func mayBeginID(_ prefix: String) -> Bool {
        guard let first = prefix.utf8.first else { return true }
        return isAlphanumeric(first) && prefix.utf8.allSatisfy { isAlphanumeric($0) || "._|-".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func moment(_ text: String) throws(InputRefusal) -> Timestamp {
        guard let moment = Timestamp(iso8601: text) else {
            throw InputRefusal("invalid_moment", "must be a moment such as 2024-01-02T03:04:05Z")
        }
        return moment
    }

    /// A word that nobody could read is not repeated: a secret may stand in the wrong place.
    private static func unknown(_ key: String) -> String {
        guard (1...32).contains(key.utf8.count), key.utf8.allSatisfy({ $0 == 0x5f || $0 >= 0x61 && $0 <= 0x7a }) else {
            return "a key is unknown"
        }
        guard let meant = Suggestion.nearest(to: key, among: keys) else { return "unknown key '\(key)'" }
        return "unknown key '\(key)', did you mean '\(meant)'?"
    }
}
