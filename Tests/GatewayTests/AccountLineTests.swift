import GatewayAccounts
import GatewayKit
import Testing

@testable import Gateway

@Suite struct AccountLineTests {
    @Test func `a line says all of an account, and is written as it was read`() throws {
        let text = """
            {"id":"a1","username":"johndoe","email":"johndoe@example.com","email_verified":true,\
            "groups":["admins","staff"],"disabled":true,"created_at":"2024-01-02T03:04:05.678Z",\
            "last_login_at":"2025-01-02T03:04:05.000Z","password_hash":"$hash"}
            """
        let account = try #require(read(text).account)
        #expect(account.id == AccountID("a1"))
        #expect(account.createdAt == Timestamp(iso8601: "2024-01-02T03:04:05.678Z"))
        let stored = Account(
            id: AccountID("a1"), username: account.username, email: account.email,
            isEmailVerified: account.isEmailVerified, passwordHash: account.passwordHash,
            groups: account.groups.sorted(), isDisabled: account.isDisabled,
            createdAt: try #require(account.createdAt), lastLoginAt: account.lastLoginAt)
        #expect(AccountLine.text(of: stored, withHash: true) == text)
        let shown = AccountLine.text(of: stored, withHash: false)
        #expect(!shown.contains("hash"))
        #expect(read(shown).account?.passwordHash == .noPassword)
    }

    @Test func `name and address are enough, capitals are folded, and null is nothing`() throws {
        let account = try #require(
            read(#"{"username":"JohnDoe","email":"J@Example.com","password_hash":null}"#).account)
        #expect(account == ImportedAccount(username: try Username("johndoe"), email: try EmailAddress("j@example.com")))
    }

    @Test(arguments: [
        (
            #"{"username":"ab","email":"x"}"#,
            "username must have at least 3 characters; email must be an e-mail address such as name@example.com"
        ),
        (#"{}"#, "username is missing; email is missing"),
        (#"{"username":null,"email":7}"#, "username is missing; email must be a string"),
        (#"[1]"#, "a line must be a JSON object"),
        (#"{"username":"a"#, "no JSON: the text ends inside a string at byte 14"),
        (#"{"username":"abc","username":"abc"}"#, "no JSON: a name stands twice in an object at byte 28"),
        ("{\"username\":\"\u{0}\"}", "no JSON: a control character stands in a string at byte 13"),
        (Self.good(#""emial":"x""#), "unknown key 'emial', did you mean 'email'?"),
        (Self.good(#""display_name":"x""#), "unknown key 'display_name'"),
        (Self.good(#""$2b$04$secret":"x""#), "a key is unknown"),
        (Self.good(#""email_verified":"true""#), "email_verified must be true or false"),
        (Self.good(#""disabled":1"#), "disabled must be true or false"),
        (Self.good(#""groups":"staff""#), "groups must be an array of strings"),
        (Self.good(#""groups":[1]"#), "groups must hold strings alone"),
        (
            Self.good(#""groups":["a b"]"#),
            "groups hold a name that will not do: each must be 1 to 64 of a-z, 0-9, '.', '_' and '-'"
        ),
        (Self.good(#""created_at":"yesterday""#), "created_at must be a moment such as 2024-01-02T03:04:05Z"),
        (Self.good(#""created_at":1700000000"#), "created_at must be a string"),
        (
            Self.good(#""id":"a b""#),
            "id must be 1 to 128 of letters a-z, digits, '.', '_', '|' and '-', a letter or digit first"
        ),
        (
            Self.good(#""id":"""#),
            "id must be 1 to 128 of letters a-z, digits, '.', '_', '|' and '-', a letter or digit first"
        ),
        (
            Self.good(#""id":"a:b""#),
            "id must be 1 to 128 of letters a-z, digits, '.', '_', '|' and '-', a letter or digit first"
        ),
        (
            Self.good(#""id":"..""#),
            "id must be 1 to 128 of letters a-z, digits, '.', '_', '|' and '-', a letter or digit first"
        ),
        (
            Self.good(#""id":"-a""#),
            "id must be 1 to 128 of letters a-z, digits, '.', '_', '|' and '-', a letter or digit first"
        ),
        (Self.good(#""id":"self""#), "id must not be a word that the audit trail has for who did something"),
        (Self.good(#""password_hash":"secret""#), "password_hash is no hash"),
        (Self.good(#""groups":\#((1...65).map { "g\($0)" })"#), "groups must hold at most 64 names"),
    ]) func `what will not do is said in words, all at once, and never repeats a hash`(line: String, problems: String) {
        let read = read(line)
        #expect(read.account == nil)
        #expect(read.problems.joined(separator: "; ") == problems)
    }

    @Test func `a key that is to be passed over means nothing`() {
        let line = Self.good(#""display_name":{"any":"thing"}"#)
        #expect(read(line, ignoring: ["display_name"]).account != nil)
    }

    @Test func `an id does not begin as those of another issuer's users do`() {
        let line = Self.good(#""id":"idp|7""#)
        #expect(read(line).account != nil)
        for prefixes in [["idp|"], ["x", "i"]] {
            #expect(
                read(line, foreignPrefixes: prefixes).problems == [
                    "id must not begin with the prefix of another issuer, as access.issuers has it"
                ])
        }
        #expect(read(line, foreignPrefixes: ["", "idp:"]).account != nil)
    }

    private static func good(_ member: String) -> String {
        #"{"username":"johndoe","email":"johndoe@example.com",\#(member)}"#
    }

    private func read(
        _ text: String, ignoring ignored: Set<String> = [], foreignPrefixes: [String] = []
    ) -> AccountLine {
        AccountLine(Array(text.utf8), ignoring: ignored, foreignPrefixes: foreignPrefixes) {
            hash throws(InputRefusal) in
            guard let text = hash.string, text.hasPrefix("$") else {
                throw InputRefusal("unsupported_hash", "is no hash")
            }
            return PasswordHash(text)
        }
    }
}
