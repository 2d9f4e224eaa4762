import GatewayKit
import Testing

extension StorageConformance {
    static let cookies = [
        Check("a session is found by each of its cookies, and by no other hash") { storage in
            try await addCookies(to: storage)
            #expect(try await shown(in: storage) == ["a1", "a1", "a2", "b1", nil])
        },
        Check("a cookie needs a session, and no value is used twice") { storage in
            try await addCookies(to: storage)
            for (byte, id) in [(9, "none"), (1, "a1"), (1, "a2")] as [(UInt8, String)] {
                await #expect(throws: StorageError.self, "\(byte) \(id)") {
                    try await storage.writing { try $0.sessions.addCookie(Sample.hash(byte), to: SessionID(id)) }
                }
            }
        },
        Check("cookies go with their session, however it ends, and no other does") { storage in
            try await addCookies(to: storage)
            try await storage.writing { _ = try $0.sessions.end(SessionID("a1")) }
            #expect(try await shown(in: storage) == [nil, nil, "a2", "b1", nil])
            try await storage.writing { _ = try $0.sessions.endAll(of: AccountID("id-ada"), except: nil) }
            #expect(try await shown(in: storage) == [nil, nil, nil, "b1", nil])
            try await storage.writing { records in
                _ = try records.sessions.endExpired(
                    before: Sample.moment(2000), idleSince: Sample.moment(0), limit: 10)
            }
            #expect(try await shown(in: storage) == [nil, nil, nil, nil, nil])
            try await storage.writing { records in
                try records.sessions.insert(Sample.session("a1", of: "ada"), first: Sample.token(1, of: "a1"))
                try records.sessions.addCookie(Sample.hash(1), to: SessionID("a1"))
            }
            #expect(try await shown(in: storage) == ["a1", nil, nil, nil, nil], "its value is free again")
            try await storage.writing { _ = try $0.accounts.delete(AccountID("id-ada")) }
            #expect(try await shown(in: storage) == [nil, nil, nil, nil, nil])
        },
    ]

    /// Sessions a1 and a2 of ada's and b1 of bob's; a1 has the cookies 1 and 2, a2 has 3 and b1 has 4.
    private static func addCookies(to storage: any Storage) async throws {
        try await storage.writing { records in
            for name in ["ada", "bob"] { _ = try records.accounts.insert(Sample.account(name)) }
            for (number, id) in ["a1", "a2", "b1"].enumerated() {
                try records.sessions.insert(
                    Sample.session(id, of: id.hasPrefix("a") ? "ada" : "bob"),
                    first: Sample.token(UInt8(number) + 1, of: id))
            }
            for (number, id) in ["a1", "a1", "a2", "b1"].enumerated() {
                try records.sessions.addCookie(Sample.hash(UInt8(number) + 1), to: SessionID(id))
            }
        }
    }

    /// The sessions that the cookies 1 to 5 show.
    private static func shown(in storage: any Storage) async throws -> [String?] {
        try await storage.reading { records in
            try ([1, 2, 3, 4, 5] as [UInt8]).map { try records.sessions.session(ofCookie: Sample.hash($0))?.id.text }
        }
    }
}
