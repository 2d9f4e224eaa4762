import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

/// Finding accounts by the beginning of a name or an address, page by page.
@Suite struct UserSearchTests {
    @Test func `without a text all accounts come by name, page by page`() async throws {
        let world = try World()
        let root = try await world.administrator("zed")
        for name in ["carl", "anna", "bert"] { try await world.account(name) }
        let first = try await world.page("", limit: 3, for: root)
        #expect(first.accounts.map(\.username.text) == ["anna", "bert", "carl"] && first.next == "carl")
        let second = try await world.page("", after: first.next, limit: 3, for: root)
        #expect(second.accounts.map(\.username.text) == ["zed"] && second.next == nil)
    }

    @Test func `an account stands by its name where that matches, else by its address, and never twice`() async throws {
        let world = try World()
        let root = try await world.administrator("zed")
        try await world.store([
            ("jonah", "x@example.com"), ("joe", "john@example.com"), ("smith", "joan@example.com"),
            ("john", "john.doe@example.com"), ("mary", "j@example.com"), ("xjo", "xjo@example.com"),
        ])
        let found = try await world.page("JO", limit: 10, for: root)
        #expect(found.accounts.map(\.username.text) == ["smith", "joe", "john", "jonah"] && found.next == nil)
        #expect(try await world.walked("jo", by: 1, for: root) == ["smith", "joe", "john", "jonah"])
        #expect(try await world.page("j@", limit: 10, for: root).accounts.map(\.username.text) == ["mary"])
        for nothing in ["jo ", "\u{e9}", "nobody", "%", "_"] {
            #expect(try await world.page(nothing, limit: 10, for: root).accounts.isEmpty, "\(nothing)")
        }
    }

    /// Random names and addresses out of few letters, so that every way of overlapping occurs.
    @Test(arguments: 1...20) func `walking through pages of any length finds what a look at all finds`(
        seed: UInt64
    ) async throws {
        var dice = SeededGenerator(seed: seed)
        let world = try World()
        let root = try await world.administrator("zed")
        func word() -> String {
            String(
                (0..<4).map { _ in
                    "ab-."["ab-.".index("ab-.".startIndex, offsetBy: Int.random(in: 0..<4, using: &dice))]
                })
        }
        var people: [String: String] = [:]
        for _ in 0..<60 { people["b\(word())"] = "a\(word())\(people.count)@example.com" }
        for _ in 0..<60 { people["a\(word())"] = "a\(word())\(people.count)@example.com" }
        try await world.store(people.map { ($0.key, $0.value) })
        for query in ["a", "aa", "ab-", "b", "aa.a"] {
            let expected = people.compactMap { name, email -> (String, String)? in
                name.hasPrefix(query) ? (name, name) : email.hasPrefix(query) ? (email, name) : nil
            }
            .sorted { Array($0.0.utf8).lexicographicallyPrecedes(Array($1.0.utf8)) }.map(\.1)
            for limit in [1, 2, 7, 200] {
                #expect(try await world.walked(query, by: limit, for: root) == expected, "\(query) by \(limit)")
            }
        }
    }
}

extension World {
    /// An administrator who is logged in.
    func administrator(_ name: String = "root") async throws -> Administrator {
        let creation = try await flows.administration.create(
            try Username(name), try EmailAddress("\(name)@admin.example.com"), isEmailVerified: true,
            password: World.password,
            groups: [Administrator.group], by: .commandLine)
        guard case .created = creation else { throw Unexpected(creation) }
        return Administrator(session: try await logIn(name).access.claims.caller, visitor: visitor)
    }

    /// An account that an administrator makes.
    func created(
        _ name: String, password: Password? = nil, groups: Set<GroupName> = [], isEmailVerified: Bool = false,
        by someone: Administrator
    ) async throws -> Account {
        let creation = try await flows.users.create(
            .init(
                username: try Username(name), email: try EmailAddress("\(name)@example.com"), password: password,
                groups: groups, isEmailVerified: isEmailVerified), by: someone)
        guard case .created(let account) = creation else { throw Unexpected(creation) }
        return account
    }

    /// An account as an administrator changes it.
    func changed(_ id: AccountID, _ change: UserChange, by someone: Administrator) async throws -> Account {
        let changing = try await flows.users.change(id, change, by: someone)
        guard case .changed(let account) = changing else { throw Unexpected(changing) }
        return account
    }

    /// What the audit trail says of an account, the oldest first.
    func events(of id: AccountID) async throws -> [AuditEvent] {
        try await storage.read { records throws(StorageError) in
            try records.audit.latest(of: id, limit: 1000).reversed()
        }
    }

    /// Accounts of those names and addresses.
    func store(_ people: [(String, String)]) async throws {
        try await storage.write { [time] records throws(StorageError) in
            for (name, email) in people {
                _ = try records.accounts.insert(
                    Account(
                        id: AccountID("id-\(name)"), username: Username(stored: name),
                        email: EmailAddress(stored: email), passwordHash: PasswordHash(""), createdAt: time.now()))
            }
        }
    }

    fileprivate func page(
        _ text: String, after term: String? = nil, limit: Int, for someone: Administrator
    ) async throws -> UserAdministration.Page {
        let page = try await flows.users.accounts(beginningWith: text, after: term, limit: limit, for: someone)
        return try #require(page)
    }

    /// The names on all pages.
    fileprivate func walked(_ text: String, by limit: Int, for someone: Administrator) async throws -> [String] {
        var (names, term) = ([String](), String?.none)
        repeat {
            let page = try await page(text, after: term, limit: limit, for: someone)
            #expect(page.accounts.count <= limit)
            names += page.accounts.map(\.username.text)
            term = page.next
        } while term != nil && names.count < 1000
        return names
    }
}
