import GatewayKit
import Testing

extension StorageConformance {
    static let accounts =
        storedAccounts + namesAndAddresses + searchedAccounts + [
            Check("a deleted account takes its sessions, refresh tokens, API keys and links with it, and no one else's")
            {
                storage in
                try await storage.writing { records in
                    for (name, byte) in [("ada", 1), ("bob", 11)] as [(String, UInt8)] {
                        _ = try records.accounts.insert(Sample.account(name))
                        try records.sessions.insert(Sample.session(name, of: name), first: Sample.token(byte, of: name))
                        try records.apiKeys.insert(Sample.apiKey(name, byte, of: name))
                        try records.links.insert(Sample.link(byte, of: name))
                    }
                }
                let wasThere = try await storage.writing { records in
                    [
                        try records.accounts.delete(AccountID("id-ada")),
                        try records.accounts.delete(AccountID("id-ada")),
                    ]
                }
                #expect(wasThere == [true, false])
                let found = try await storage.reading { records in
                    try [("ada", 1), ("bob", 11)].map { (name: String, byte: UInt8) in
                        [
                            try records.accounts.account(AccountID("id-\(name)")) != nil,
                            try records.accounts.account(named: Username(stored: name)) != nil,
                            try records.sessions.session(SessionID(name)) != nil,
                            try records.sessions.refreshToken(Sample.hash(byte)) != nil,
                            try records.apiKeys.key(hashed: Sample.hash(byte)) != nil,
                            try records.links.link(Sample.hash(byte), for: .reset) != nil,
                        ]
                    }
                }
                #expect(found == [Array(repeating: false, count: 6), Array(repeating: true, count: 6)])
            },
            Check("a page holds accounts in the order of their names, behind one and no more than asked for") {
                storage in
                let names = ["bob", "ada", "b-b", "b.b", "b_b", "ada1", "zoe"]
                try await storage.writing { records in
                    for name in names { _ = try records.accounts.insert(Sample.account(name)) }
                }
                let pages = try await storage.reading { records in
                    [
                        try records.accounts.page(after: nil, limit: 100),
                        try records.accounts.page(after: nil, limit: 2),
                        try records.accounts.page(after: Username(stored: "ada1"), limit: 2),
                        try records.accounts.page(after: Username(stored: "carl"), limit: 2),
                        try records.accounts.page(after: nil, limit: 0),
                        try records.accounts.page(after: Username(stored: "zoe"), limit: 2),
                    ].map { $0.map(\.username.text) }
                }
                #expect(
                    pages == [
                        ["ada", "ada1", "b-b", "b.b", "b_b", "bob", "zoe"], ["ada", "ada1"], ["b-b", "b.b"], ["zoe"],
                        [], [],
                    ])
            },
            Check("a page by id holds accounts in the order of their ids, behind one and no more than asked for") {
                storage in
                let names = ["bob", "ada", "b-b", "b.b", "b_b", "ada1", "zoe"]
                try await storage.writing { records in
                    for (name, id) in zip(names, ["b", "C", "a|", "a", "a-", "B", "9"]) {
                        var account = Sample.account(name)
                        account.id = AccountID(id)
                        _ = try records.accounts.insert(account)
                    }
                }
                let pages = try await storage.reading { records in
                    [
                        try records.accounts.pageByID(after: nil, limit: 100),
                        try records.accounts.pageByID(after: nil, limit: 2),
                        try records.accounts.pageByID(after: AccountID("C"), limit: 2),
                        try records.accounts.pageByID(after: AccountID("a."), limit: 2),
                        try records.accounts.pageByID(after: nil, limit: 0),
                        try records.accounts.pageByID(after: AccountID("b"), limit: 2),
                    ].map { $0.map(\.id.text) }
                }
                #expect(
                    pages == [
                        ["9", "B", "C", "a", "a-", "a|", "b"], ["9", "B"], ["a", "a-"], ["a|", "b"], [], [],
                    ])
            },
            Check("samples of password hashes hold the least and the greatest of each kind and length") { storage in
                let hashes = [
                    "$argon2id$b", "$argon2id$a", "$argon2id$c", "$argon2id$bb", "$2b$12$x", "$2b$10$y", "$2b$10$y",
                ]
                try await storage.writing { records in
                    for (number, hash) in hashes.enumerated() {
                        var account = Sample.account("user\(number)")
                        account.passwordHash = PasswordHash(hash)
                        _ = try records.accounts.insert(account)
                    }
                }
                let samples = try await storage.reading { records in
                    try records.accounts.hashSamples().map { $0.reveal() }.sorted()
                }
                #expect(samples == ["$2b$10$y", "$2b$12$x", "$argon2id$a", "$argon2id$bb", "$argon2id$c"])
            },
        ]

    private static let storedAccounts = [
        Check("every part of an account comes back, by its id, name and address") { storage in
            var full = Sample.account("ada", createdAt: Sample.moment(-1))
            full.isEmailVerified = true
            full.groups = [GroupName(stored: "admins"), GroupName(stored: "staff.eu")]
            full.isDisabled = true
            full.version = Sample.greatNumber
            full.lastLoginAt = Timestamp(milliseconds: 1_800_000_000_123)
            let accounts = [full, Sample.account("bob")]
            try await storage.writing { records in
                for account in accounts { _ = try records.accounts.insert(account) }
            }
            for account in accounts {
                let found = try await storage.reading { records in
                    [
                        try records.accounts.account(account.id),
                        try records.accounts.account(named: account.username),
                        try records.accounts.account(addressed: account.email),
                    ]
                }
                #expect(found == [account, account, account])
            }
        },
        Check("an account that is not there is not found") { storage in
            let found = try await storage.reading { records in
                [
                    try records.accounts.account(AccountID("nobody")),
                    try records.accounts.account(named: Username(stored: "nobody")),
                    try records.accounts.account(addressed: EmailAddress(stored: "nobody@example.com")),
                ]
            }
            #expect(found == [nil, nil, nil])
        },
        Check("an update stores every part again, and no other account's") { storage in
            var changed = Sample.account("ada")
            changed.username = Username(stored: "ada2")
            changed.email = EmailAddress(stored: "ada2@example.com")
            changed.isEmailVerified = true
            changed.passwordHash = PasswordHash("$new$")
            changed.groups = [GroupName(stored: "staff")]
            changed.isDisabled = true
            changed.version = 2
            changed.lastLoginAt = Sample.moment(9)
            let account = changed
            let change = try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                _ = try records.accounts.insert(Sample.account("bob"))
                return try records.accounts.update(account)
            }
            #expect(change == .stored)
            let found = try await storage.reading { try $0.accounts.page(after: nil, limit: 10) }
            #expect(found == [account, Sample.account("bob")])
        },
        Check("an update of an account that is not there is refused as missing") { storage in
            let change = try await storage.writing { try $0.accounts.update(Sample.account("ada")) }
            #expect(change == .missing)
            #expect(try await storage.reading { try $0.accounts.page(after: nil, limit: 10) }.isEmpty)
        },
    ]
}
