import GatewayKit
import Testing

extension StorageConformance {
    static let apiKeys = [
        Check("every part of an API key comes back by its hash, an expired one too") { storage in
            var full = Sample.apiKey("full", 1, of: "ada", expiresAt: Sample.moment(-1000))
            full.name = KeyName(stored: Sample.difficultText)
            full.scope = KeyScope(stored: ["/", "/reports/**", "/a*/b"])
            let (whole, bare) = (full, Sample.apiKey("bare", 2, of: "ada"))
            try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                for key in [whole, bare] { try records.apiKeys.insert(key) }
            }
            let found = try await storage.reading { records in
                try [1, 2, 3].map { try records.apiKeys.key(hashed: Sample.hash($0)) }
            }
            #expect(found == [whole, bare, nil])
        },
        Check("an account's API keys are listed the youngest first, and no one else's") { storage in
            try await addKeys(to: storage)
            let listed = try await storage.reading { records in
                try ["ada", "bob", "zoe"].map { try records.apiKeys.keys(of: AccountID("id-\($0)")).map(\.id) }
            }
            #expect(listed == [["a3", "a2", "a1"], ["b1"], []])
        },
        Check("an API key needs an account, and neither its id nor its hash is used twice") { storage in
            try await addKeys(to: storage)
            for key in [
                Sample.apiKey("n1", 9, of: "zoe"), Sample.apiKey("a1", 9, of: "ada"), Sample.apiKey("n1", 1, of: "bob"),
            ] {
                await #expect(throws: StorageError.self, "\(key.id)") {
                    try await storage.writing { try $0.apiKeys.insert(key) }
                }
            }
        },
        Check("an API key is removed by its id, once, and by its own account alone") { storage in
            try await addKeys(to: storage)
            let removed = try await storage.writing { records in
                try [("a1", "bob"), ("a1", "ada"), ("a1", "ada"), ("no", "ada")].map { id, owner in
                    try records.apiKeys.delete(id, of: AccountID("id-\(owner)"))
                }
            }
            #expect(removed == [false, true, false, false])
            #expect(try await left(in: storage) == ["a2", "a3", "b1"])
        },
        Check("all API keys of an account are removed, and no other") { storage in
            try await addKeys(to: storage)
            let removed = try await storage.writing { try $0.apiKeys.deleteAll(of: AccountID("id-ada")) }
            #expect(Set(removed) == ["a1", "a2", "a3"])
            #expect(try await left(in: storage) == ["b1"])
        },
        Check("API keys that have ended are removed, at most as many as asked for, and none that has no end") {
            storage in
            let counts = try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                for (number, end) in ([10, 11, 12, nil] as [Int64?]).enumerated() {
                    try records.apiKeys.insert(
                        Sample.apiKey(
                            "a\(number)", UInt8(number), of: "ada", expiresAt: end.map { Sample.moment($0) }))
                }
                return try [1, 10, 10].map { limit in
                    try records.apiKeys.deleteExpired(before: Sample.moment(12), limit: limit)
                }
            }
            #expect(counts == [1, 1, 0])
            let kept = try await storage.reading { try $0.apiKeys.keys(of: AccountID("id-ada")).map(\.id) }
            #expect(Set(kept) == ["a2", "a3"])
        },
    ]

    /// Keys a1, a2 and a3 of ada's and b1 of bob's, each made a second after the last, with hashes 1 to 4.
    private static func addKeys(to storage: any Storage) async throws {
        try await storage.writing { records in
            for name in ["ada", "bob"] { _ = try records.accounts.insert(Sample.account(name)) }
            for (number, id) in ["a1", "a2", "a3", "b1"].enumerated() {
                var key = Sample.apiKey(id, UInt8(number) + 1, of: id.hasPrefix("a") ? "ada" : "bob")
                key.createdAt = Sample.moment(Int64(number))
                try records.apiKeys.insert(key)
            }
        }
    }

    /// The keys of ``addKeys(to:)`` that are still there, by account and by hash alike.
    private static func left(in storage: any Storage) async throws -> [String] {
        let (listed, found) = try await storage.reading { records in
            (
                try ["ada", "bob"].flatMap { try records.apiKeys.keys(of: AccountID("id-\($0)")).map(\.id) },
                try [1, 2, 3, 4].compactMap { try records.apiKeys.key(hashed: Sample.hash($0))?.id }
            )
        }
        #expect(listed.sorted() == found)
        return found
    }
}
