import GatewayKit
import Testing

extension StorageConformance {
    static let imports = [
        Check("what stands in the way of accounts is told, of each by its id, its name and its address") { storage in
            var renamed = Sample.account("ada")
            renamed.username = Username(stored: "countess")
            var link = Sample.link(1, .restore, of: "ada", expiresAt: Sample.moment(10))
            link.email = EmailAddress(stored: "old@example.com")
            let (ada, inherited) = (renamed, link)
            try await storage.writing { records in
                for name in ["ada", "bob", "carl", "gone"] { _ = try records.accounts.insert(Sample.account(name)) }
                _ = try records.accounts.update(ada)
                try records.links.insert(inherited)
                try records.links.insert(Sample.link(2, .reset, of: "bob"))
                try records.audit.append(imported("gone"))
                _ = try records.accounts.delete(AccountID("id-gone"))
            }
            let cases: [(Account, ImportObstacles)] = [
                (account("free"), ImportObstacles()),
                (account("id-ada", "x", "x"), ImportObstacles(accounts: [ada])),
                (account("x", "ada", "x"), ImportObstacles(formerNames: [Username(stored: "ada")])),
                (
                    account("x", "countess", "x"),
                    ImportObstacles(accounts: [ada], formerNames: [Username(stored: "countess")])
                ),
                (account("x", "x", "bob"), ImportObstacles(accounts: [Sample.account("bob")])),
                (account("x", "x", "old"), ImportObstacles(inheritedAddresses: [inherited.email])),
                (account("id-gone", "x", "gone"), ImportObstacles(formerIDs: [AccountID("id-gone")])),
            ]
            let found = try await storage.reading { records in
                try cases.map { try records.imports.obstacles(to: [$0.0], withIDs: [$0.0.id], at: Sample.moment(9)) }
            }
            for (one, (account, expected)) in zip(found, cases) { #expect(one == expected, "\(account.id.text)") }
            let (all, later) = try await storage.reading { records in
                let (accounts, ids) = (cases.map(\.0), cases.map(\.0.id))
                return (
                    try records.imports.obstacles(to: accounts, withIDs: ids, at: Sample.moment(9)),
                    try records.imports.obstacles(
                        to: accounts + accounts, withIDs: ids + ids, at: Sample.moment(10))
                )
            }
            var expected = ImportObstacles(
                accounts: [ada, Sample.account("bob")], formerIDs: [AccountID("id-gone")],
                formerNames: [Username(stored: "ada"), Username(stored: "countess")],
                inheritedAddresses: [inherited.email])
            #expect(all == expected)
            expected.inheritedAddresses = []
            #expect(later == expected, "each once, and no address whose link has ended")
            let none = try await storage.reading { records in
                let drawn = [account("id-ada", "x", "x"), account("id-gone", "y", "y")]
                return try [[], drawn].map { try records.imports.obstacles(to: $0, withIDs: [], at: Sample.moment(0)) }
            }
            #expect(none == [ImportObstacles(), ImportObstacles()], "ids that came with nobody are not looked up")
        },
        Check("accounts come whole and in their order, with their events, and end registrations of their names") {
            storage in
            let difficult = Account(
                id: AccountID("id-bob"), username: Username(stored: "bob"),
                email: EmailAddress(stored: "o'neil\"\\@example.com"), isEmailVerified: true,
                passwordHash: PasswordHash(Sample.difficultText),
                groups: [GroupName(stored: "a"), GroupName(stored: "b")], isDisabled: true,
                version: Sample.greatNumber, createdAt: Sample.moment(-1), lastLoginAt: Sample.moment(1))
            let accounts = [Sample.account("carl"), difficult, Sample.account("ada")]
            var events = accounts.map { imported($0.username.text) }
            events[1].address = "192.0.2.1"
            events[1].requestID = "r"
            events[1].facts = ["text": Sample.difficultText]
            let trail = events
            try await storage.writing { records in
                for name in ["ada", "dora"] { _ = try records.registrations.insert(Sample.registration(name)) }
                try records.imports.insert(accounts, with: trail)
                try records.imports.insert([], with: [])
            }
            let (found, audited, waiting) = try await storage.reading { records in
                (
                    try records.accounts.page(after: nil, limit: 10), try records.audit.latest(of: nil, limit: 10),
                    try ["ada", "dora"].map { name in
                        try records.registrations.registration(named: Username(stored: name), at: Sample.moment(1))
                            != nil
                    }
                )
            }
            #expect(found == [accounts[2], accounts[1], accounts[0]])
            #expect(audited == trail.reversed())
            #expect(waiting == [false, true])
            let change = try await storage.writing { records in
                _ = try records.accounts.delete(AccountID("id-ada"))
                return try records.accounts.insert(account("other", "ada", "other"))
            }
            #expect(change == .usernameTaken, "their names are given away")
        },
        Check("of accounts among which one is in another's way, in the store or beside it, none is stored") { storage in
            try await storage.writing { _ = try $0.accounts.insert(Sample.account("ada")) }
            let taken = [
                account("id-ada", "x", "x"), account("x", "ada", "x"), account("x", "x", "ada"),
                account("id-bob", "x", "x"), account("x", "bob", "x"), account("x", "x", "bob"),
            ]
            for one in taken {
                await #expect(throws: StorageError.self) {
                    try await storage.writing { try $0.imports.insert([Sample.account("bob"), one], with: []) }
                }
            }
            let left = try await storage.reading { try $0.accounts.page(after: nil, limit: 10) }
            #expect(left == [Sample.account("ada")])
        },
        Check("of twenty batches that share a name one is stored whole, and the others see what is in their way") {
            storage in
            let stored = try await winners(20) { number in
                let batch = (0..<20).map { account("\(number)-\($0)", $0 == 10 ? "ada" : "n\(number)-\($0)") }
                return try await storage.writing { records in
                    let obstacles = try records.imports.obstacles(
                        to: batch, withIDs: batch.map(\.id), at: Sample.moment(0))
                    guard obstacles == ImportObstacles() else { return false }
                    try records.imports.insert(batch, with: [])
                    return true
                }
            }
            #expect(stored == 1)
            #expect(try await storage.reading { try $0.accounts.page(after: nil, limit: 100).count } == 20)
        },
    ]

    /// An account of that id, name and address; what is not said of it is as the id.
    private static func account(_ id: String, _ name: String? = nil, _ address: String? = nil) -> Account {
        var account = Sample.account(name ?? id)
        account.id = AccountID(id)
        account.email = EmailAddress(stored: "\(address ?? id)@example.com")
        return account
    }

    private static func imported(_ name: String) -> AuditEvent {
        AuditEvent(
            at: Sample.moment(0), kind: AuditEvent.Kind("account_imported"), accountID: AccountID("id-\(name)"),
            actor: "command-line")
    }
}
