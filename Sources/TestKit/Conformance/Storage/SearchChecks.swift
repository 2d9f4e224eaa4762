import GatewayKit
import Testing

extension StorageConformance {
    static let searchedAccounts = [
        Check("accounts whose names begin with a text come in the order of the names' bytes, no more than asked for") {
            storage in
            try await storage.writing { records in
                for name in ["bb", "b_b", "b.b", "b-b", "ba", "c", "a"] {
                    _ = try records.accounts.insert(Sample.account(name))
                }
            }
            let (b, bDot) = (try prefix("B"), try prefix("b."))
            let found = try await storage.reading { records in
                [
                    try records.accounts.page(named: b, after: nil, limit: 10),
                    try records.accounts.page(named: b, after: nil, limit: 2),
                    try records.accounts.page(named: b, after: "b.b", limit: 2),
                    try records.accounts.page(named: b, after: "a", limit: 1),
                    try records.accounts.page(named: bDot, after: nil, limit: 10),
                    try records.accounts.page(named: b, after: nil, limit: 0),
                    try records.accounts.page(named: b, after: "bb", limit: 10),
                ].map { $0.map(\.username.text) }
            }
            #expect(
                found == [
                    ["b-b", "b.b", "b_b", "ba", "bb"], ["b-b", "b.b"], ["b_b", "ba"], ["b-b"], ["b.b"], [], [],
                ])
        },
        Check("accounts whose addresses begin with a text, and whose names do not, come likewise, also when changed") {
            storage in
            let long = "abcdefghijklmnop"  // As long as a schema may count what a name and an address have in common.
            let people = [
                ("zoe", "a_b@x"), ("zac", "a-b@x"), ("abe", "a.b@x"), ("b", "ab@x"), ("aaa", "abe@x"), ("acb", "i@x"),
                (long + "qr", long + "qx@x"), (long + "s", long + "q@x"), (long, long + "@x"), ("ab", long + "qq@x"),
                ("i", "zac@x"),
            ]
            try await storage.writing { records in
                for (name, email) in people {
                    var account = Sample.account(name)
                    account.email = EmailAddress(stored: email)
                    _ = try records.accounts.insert(account)
                }
            }
            func found(_ text: String, after: String? = nil, limit: Int = 20) async throws -> [String] {
                let prefix = try prefix(text)
                return try await storage.reading { records in
                    try records.accounts.page(addressed: prefix, after: after, limit: limit).map(\.username.text)
                }
            }
            let texts =
                (1...18).map { String("\(long)qx".prefix($0)) } + ["a-", "i", "z", "a.b@x", "ab@", long + "q@x"]
            for text in texts {
                let expected = people.filter { $0.1.hasPrefix(text) && !$0.0.hasPrefix(text) }
                    .sorted { TermPrefix.isAscending($0.1, $1.1) }
                #expect(try await found(text) == expected.map(\.0), "\(text)")
                #expect(try await found(text, limit: 1) == expected.prefix(1).map(\.0), "\(text)")
                for (place, person) in expected.enumerated() {
                    let rest = expected.dropFirst(place + 1).prefix(2).map(\.0)
                    #expect(try await found(text, after: person.1, limit: 2) == rest, "\(text)")
                }
            }
            try await storage.writing { records in
                var account = try #require(try records.accounts.account(AccountID("id-acb")))
                account.username = Username(stored: "ix")
                _ = try records.accounts.update(account)
            }
            #expect(try await found("i").isEmpty, "a name that begins with it by now")
        },
    ]

    private static func prefix(_ text: String) throws -> TermPrefix { try #require(TermPrefix(text)) }
}
