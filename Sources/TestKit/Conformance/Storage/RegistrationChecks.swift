import GatewayKit
import Testing

extension StorageConformance {
    static let registrations = [
        Check("a registration comes back by its name and by its link, as long as it has not ended") { storage in
            var whole = Sample.registration("ada", expiresAt: Sample.moment(10))
            whole.link = Sample.hash(1)
            whole.mailedAt = Sample.moment(2)
            let stored = whole
            let found = try await storage.writing { records in
                #expect(try records.registrations.insert(stored))
                #expect(try records.registrations.insert(Sample.registration("bob")))
                return try ([9, 10] as [Int64]).flatMap { moment in
                    [
                        try records.registrations.registration(named: stored.username, at: Sample.moment(moment)),
                        try records.registrations.registration(linkedBy: Sample.hash(1), at: Sample.moment(moment)),
                    ]
                }
            }
            #expect(found == [stored, stored, nil, nil])
            let others = try await storage.reading { records in
                [
                    try records.registrations.registration(named: name("bob"), at: Sample.moment(0)),
                    try records.registrations.registration(named: name("carl"), at: Sample.moment(0)),
                    try records.registrations.registration(linkedBy: Sample.hash(2), at: Sample.moment(0)),
                ]
            }
            #expect(others == [Sample.registration("bob"), nil, nil])
        },
        Check("a name that an account has or had, or a registration that has not ended, is refused") { storage in
            var renamed = Sample.account("ada")
            renamed.username = name("countess")
            let (account, late) = (renamed, Sample.registration("bob", createdAt: Sample.moment(999)))
            let inTime = Sample.registration(
                "bob", createdAt: Sample.moment(1000), expiresAt: Sample.moment(2000))
            let isAdded = try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                _ = try records.accounts.update(account)
                _ = try records.accounts.insert(Sample.account("gone"))
                _ = try records.accounts.delete(AccountID("id-gone"))
                var added = try ["ada", "countess", "gone", "bob", "bob"].map { name in
                    try records.registrations.insert(Sample.registration(name))
                }
                added.append(try records.registrations.insert(late))
                added.append(try records.registrations.insert(inTime))
                return added
            }
            #expect(isAdded == [false, false, false, true, false, false, true])
            #expect(
                try await storage.reading {
                    try $0.registrations.registration(named: name("bob"), at: Sample.moment(1000))
                } == inTime)
        },
        Check("an account takes the name and the address of a registration, which stays") { storage in
            let change = try await storage.writing { records in
                _ = try records.registrations.insert(Sample.registration("ada"))
                return try records.accounts.insert(Sample.account("ada"))
            }
            #expect(change == .stored)
            #expect(
                try await storage.reading {
                    try $0.registrations.registration(named: name("ada"), at: Sample.moment(0))
                } == Sample.registration("ada"))
        },
        Check("of an address's registrations those come first that were mailed about the longest ago, or never") {
            storage in
            let names = try await storage.writing { records in
                var other = Sample.registration("other")
                other.email = EmailAddress(stored: "other@example.com")
                _ = try records.registrations.insert(other)
                for (name, made, mailed) in [
                    ("ada1", 1, 9), ("ada2", 2, 8), ("ada3", 4, nil), ("ada4", 3, nil), ("ada5", 5, -3), ("ada6", 1, 8),
                ] as [(String, Int64, Int64?)] {
                    var registration = Sample.registration(name, createdAt: Sample.moment(made))
                    registration.mailedAt = mailed.map(Sample.moment)
                    _ = try records.registrations.insert(registration)
                }
                _ = try records.registrations.insert(Sample.registration("ended", expiresAt: Sample.moment(10)))
                return try [10, 3].map { limit in
                    try records.registrations.registrations(
                        addressed: Sample.registration("ada1").email, at: Sample.moment(10), limit: limit
                    ).map(\.username.text)
                }
            }
            #expect(names == [["ada5", "ada3", "ada4", "ada2", "ada1", "ada6"], ["ada5", "ada3", "ada4"]])
        },
        Check("a registration gets another link in place of its last one, and the links of an address are taken away") {
            storage in
            let found = try await storage.writing { records in
                var other = Sample.registration("other")
                other.email = EmailAddress(stored: "other@example.com")
                for registration in [Sample.registration("ada"), Sample.registration("bob"), other] {
                    _ = try records.registrations.insert(registration)
                }
                for (owner, byte) in [("ada", 1), ("bob", 2), ("other", 3), ("ada", 4), ("nobody", 5)]
                    as [(String, UInt8)]
                {
                    try records.registrations.link(
                        name(owner), by: Sample.hash(byte), mailedAt: Sample.moment(Int64(byte)))
                }
                let links: () throws -> [String?] = {
                    try ([1, 2, 3, 4, 5] as [UInt8]).map { byte in
                        try records.registrations.registration(linkedBy: Sample.hash(byte), at: Sample.moment(0))?
                            .username.text
                    }
                }
                let before = try links()
                try records.registrations.unlinkAll(addressed: Sample.registration("ada").email)
                return [before, try links()]
            }
            #expect(found == [[nil, "bob", "other", "ada", nil], [nil, nil, "other", nil, nil]])
            var left = Sample.registration("ada")
            left.mailedAt = Sample.moment(4)
            #expect(
                try await storage.reading {
                    try $0.registrations.registration(named: name("ada"), at: Sample.moment(0))
                } == left)
        },
        Check("of twenty registrations of one name at once one is stored, and of fifty removals one removes it") {
            storage in
            let stored = try await winners(20) { number in
                try await storage.writing { records in
                    var registration = Sample.registration("ada")
                    registration.email = EmailAddress(stored: "ada\(number)@example.com")
                    return try records.registrations.insert(registration)
                }
            }
            #expect(stored == 1)
            let removed = try await winners(50) { _ in
                try await storage.writing { try $0.registrations.remove(name("ada")) }
            }
            #expect(removed == 1)
        },
        Check("of ten accounts that are made of registrations for one address at once one is stored") { storage in
            try await storage.writing { records in
                for number in 0..<10 { _ = try records.registrations.insert(Sample.registration("ada\(number)")) }
            }
            let stored = try await winners(10) { number in
                try await storage.writing { records in
                    let found = try records.registrations.registration(
                        named: name("ada\(number)"), at: Sample.moment(0))
                    guard let found, try records.accounts.account(addressed: found.email) == nil else { return false }
                    var account = Sample.account("ada\(number)")
                    account.email = found.email
                    guard try records.accounts.insert(account) == .stored else { return false }
                    try records.registrations.unlinkAll(addressed: found.email)
                    return try records.registrations.remove(found.username)
                }
            }
            #expect(stored == 1)
        },
        Check("registrations that have ended are removed, at most as many as asked for") { storage in
            let counts = try await storage.writing { records in
                for end in [10, 11, 12] as [Int64] {
                    _ = try records.registrations.insert(
                        Sample.registration("ada\(end)", expiresAt: Sample.moment(end)))
                }
                return try [1, 10, 10].map { limit in
                    try records.registrations.deleteExpired(before: Sample.moment(12), limit: limit)
                }
            }
            #expect(counts == [1, 1, 0])
            #expect(
                try await storage.reading {
                    try $0.registrations.registration(named: name("ada12"), at: Sample.moment(0))
                } != nil)
        },
    ]

    private static func name(_ text: String) -> Username { Username(stored: text) }
}
