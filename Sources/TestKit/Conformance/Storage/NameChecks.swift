import GatewayKit
import Testing

extension StorageConformance {
    static let namesAndAddresses = [
        Check("a name or an address that belongs to another is refused, and the refusal changes nothing") { storage in
            var namesake = Sample.account("ada")
            namesake.id = AccountID("namesake")
            namesake.email = EmailAddress(stored: "other@example.com")
            var neighbour = Sample.account("carl")
            neighbour.email = Sample.account("ada").email
            var renamed = Sample.account("bob")
            renamed.username = Username(stored: "ada")
            var moved = Sample.account("bob")
            moved.username = Username(stored: "robert")
            moved.email = Sample.account("ada").email
            let (first, second, third, fourth) = (namesake, neighbour, renamed, moved)
            let changes = try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                _ = try records.accounts.insert(Sample.account("bob"))
                return [
                    try records.accounts.insert(first), try records.accounts.insert(second),
                    try records.accounts.update(third), try records.accounts.update(fourth),
                ]
            }
            #expect(changes == [.usernameTaken, .emailTaken, .usernameTaken, .emailTaken])
            let found = try await storage.reading { try $0.accounts.page(after: nil, limit: 10) }
            #expect(found == [Sample.account("ada"), Sample.account("bob")])
            let later = try await storage.writing { records in
                [
                    try records.accounts.insert(Sample.account("carl")),
                    try records.accounts.insert(Sample.account("robert")),
                ]
            }
            #expect(later == [.stored, .stored], "a refused change gives no name away")
        },
        Check("an update to the account's own name and address is stored") { storage in
            let change = try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                return try records.accounts.update(Sample.account("ada"))
            }
            #expect(change == .stored)
        },
        Check("a name that was given up is kept from others, and its owner may take it again") { storage in
            var renamed = Sample.account("ada")
            renamed.username = Username(stored: "countess")
            var thief = Sample.account("bob")
            thief.username = Username(stored: "ada")
            var newcomer = Sample.account("ada")
            newcomer.id = AccountID("newcomer")
            newcomer.email = EmailAddress(stored: "newcomer@example.com")
            let (first, second, third) = (renamed, thief, newcomer)
            let changes = try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                _ = try records.accounts.insert(Sample.account("bob"))
                return [
                    try records.accounts.update(first), try records.accounts.update(second),
                    try records.accounts.insert(third), try records.accounts.update(Sample.account("ada")),
                ]
            }
            #expect(changes == [.stored, .usernameTaken, .usernameTaken, .stored])
            let found = try await storage.reading { records in
                try ["ada", "countess"].map { try records.accounts.account(named: Username(stored: $0)) }
            }
            #expect(found == [Sample.account("ada"), nil])
        },
        Check("a deleted account's names stay given away, and its address is free") { storage in
            var renamed = Sample.account("ada")
            renamed.username = Username(stored: "countess")
            let account = renamed
            try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                _ = try records.accounts.update(account)
                _ = try records.accounts.delete(account.id)
            }
            let changes = try await storage.writing { records in
                try ["ada", "countess", "lovelace"].map { name in
                    var newcomer = Sample.account(name)
                    newcomer.id = AccountID("newcomer-\(name)")
                    newcomer.email = account.email
                    return try records.accounts.insert(newcomer)
                }
            }
            #expect(changes == [.usernameTaken, .usernameTaken, .stored])
        },
        Check("addresses are compared byte by byte") { storage in
            let addresses = ["caf\u{E9}@example.com", "cafe\u{301}@example.com", "CAF\u{C9}@example.com"]
            let changes = try await storage.writing { records in
                try addresses.enumerated().map { number, address in
                    var account = Sample.account("name\(number)")
                    account.email = EmailAddress(stored: address)
                    return try records.accounts.insert(account)
                }
            }
            #expect(changes == [.stored, .stored, .stored])
            let found = try await storage.reading { records in
                try addresses.map { try records.accounts.account(addressed: EmailAddress(stored: $0))?.username.text }
            }
            #expect(found == ["name0", "name1", "name2"])
        },
        Check("of twenty registrations of one name at once one is stored, the others are told that it is taken") {
            storage in
            let stored = try await winners(20) { number in
                let change = try await storage.writing { records in
                    var account = Sample.account("ada")
                    account.id = AccountID("id-\(number)")
                    account.email = EmailAddress(stored: "ada\(number)@example.com")
                    return try records.accounts.insert(account)
                }
                #expect(change == .stored || change == .usernameTaken)
                return change == .stored
            }
            #expect(stored == 1)
        },
        Check("of twenty registrations of one address at once one is stored, the others are told that it is taken") {
            storage in
            let stored = try await winners(20) { number in
                let change = try await storage.writing { records in
                    var account = Sample.account("ada\(number)")
                    account.email = EmailAddress(stored: "ada@example.com")
                    return try records.accounts.insert(account)
                }
                #expect(change == .stored || change == .emailTaken)
                return change == .stored
            }
            #expect(stored == 1)
        },
    ]
}
