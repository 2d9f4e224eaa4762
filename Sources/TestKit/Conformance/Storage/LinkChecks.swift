import GatewayKit
import Testing

extension StorageConformance {
    static let links = [
        Check("a link comes back for its purpose alone, an expired one too") { storage in
            let link = Sample.link(1, .verify, of: "ada", expiresAt: Sample.moment(-1000))
            try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                try records.links.insert(link)
            }
            let found = try await storage.reading { records in
                [
                    try records.links.link(Sample.hash(1), for: .verify),
                    try records.links.link(Sample.hash(1), for: .reset),
                    try records.links.link(Sample.hash(2), for: .verify),
                ]
            }
            #expect(found == [link, nil, nil])
        },
        Check("of fifty uses of one link at once one wins") { storage in
            try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                try records.links.insert(Sample.link(1, of: "ada"))
            }
            let won = try await winners(50) { _ in try await storage.writing { try $0.links.consume(Sample.hash(1)) } }
            #expect(won == 1)
            #expect(try await storage.reading { try $0.links.link(Sample.hash(1), for: .reset) } == nil)
        },
        Check("an account's links for one purpose are removed, and no other link") { storage in
            try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                _ = try records.accounts.insert(Sample.account("bob"))
                try records.links.insert(Sample.link(1, of: "ada"))
                try records.links.insert(Sample.link(2, of: "ada"))
                try records.links.insert(Sample.link(3, .verify, of: "ada"))
                try records.links.insert(Sample.link(4, of: "bob"))
                try records.links.deleteAll(of: AccountID("id-ada"), for: .reset)
            }
            let left = try await storage.reading { records in
                try ([1, 2, 3, 4] as [UInt8]).filter { byte in
                    try records.links.link(Sample.hash(byte), for: byte == 3 ? .verify : .reset) != nil
                }
            }
            #expect(left == [3, 4])
        },
        Check("an account's links for one purpose are removed from a moment on, and no other link") { storage in
            let left = try await storage.writing { records in
                for name in ["ada", "bob"] { _ = try records.accounts.insert(Sample.account(name)) }
                for (byte, name, purpose, made) in [
                    (1, "ada", .restore, 1), (2, "ada", .restore, 2), (3, "ada", .restore, 3), (4, "ada", .reset, 3),
                    (5, "bob", .restore, 3),
                ] as [(UInt8, String, Link.Purpose, Int64)] {
                    var link = Sample.link(byte, purpose, of: name, expiresAt: Sample.moment(10))
                    link.createdAt = Sample.moment(made)
                    try records.links.insert(link)
                }
                try records.links.deleteAll(
                    of: AccountID("id-ada"), for: .restore, madeSince: Sample.moment(2))
                return try ([1, 2, 3, 4, 5] as [UInt8]).filter { byte in
                    try records.links.link(Sample.hash(byte), for: byte == 4 ? .reset : .restore) != nil
                }
            }
            #expect(left == [1, 4, 5])
        },
        Check("an address that a link can give back has an heir, the first one, until the link ends") { storage in
            let address = Sample.link(1, of: "ada").email
            let heirs = try await storage.writing { records in
                for name in ["ada", "bob"] { _ = try records.accounts.insert(Sample.account(name)) }
                var found = [try records.links.heir(of: address, at: Sample.moment(0))]
                for (byte, name, made) in [(1, "bob", 2), (2, "ada", 1), (3, "bob", 3)] as [(UInt8, String, Int64)] {
                    var link = Sample.link(byte, .restore, of: name, expiresAt: Sample.moment(10))
                    link.email = address
                    link.createdAt = Sample.moment(made)
                    try records.links.insert(link)
                }
                for moment in [9, 10] as [Int64] {
                    found.append(try records.links.heir(of: address, at: Sample.moment(moment)))
                }
                try records.links.deleteAll(of: AccountID("id-ada"), for: .restore)
                found.append(try records.links.heir(of: address, at: Sample.moment(9)))
                try records.links.deleteAll(of: AccountID("id-bob"), for: .restore)
                try records.links.insert(Sample.link(4, .reset, of: "ada", expiresAt: Sample.moment(10)))
                found.append(try records.links.heir(of: address, at: Sample.moment(9)))
                return found
            }
            #expect(heirs == [nil, AccountID("id-ada"), nil, AccountID("id-bob"), nil])
        },
        Check("links that have ended are removed, at most as many as asked for") { storage in
            let counts = try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                for (byte, end) in [(1, 10), (2, 11), (3, 12)] as [(UInt8, Int64)] {
                    try records.links.insert(Sample.link(byte, of: "ada", expiresAt: Sample.moment(end)))
                }
                return [
                    try records.links.deleteExpired(before: Sample.moment(12), limit: 1),
                    try records.links.deleteExpired(before: Sample.moment(12), limit: 10),
                    try records.links.deleteExpired(before: Sample.moment(12), limit: 10),
                ]
            }
            #expect(counts == [1, 1, 0])
            #expect(try await storage.reading { try $0.links.link(Sample.hash(3), for: .reset) } != nil)
        },
    ]
}
