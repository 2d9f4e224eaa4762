import GatewayKit
import Testing

extension StorageConformance {
    static let sessions =
        refreshTokens + [
            Check("every part of a session comes back") { storage in
                var full = Sample.session("full", of: "ada")
                full.lastUsedAt = Sample.moment(1)
                full.address = "2001:db8::1"
                full.userAgent = Sample.difficultText
                let session = full
                try await storage.writing { records in
                    _ = try records.accounts.insert(Sample.account("ada"))
                    try records.sessions.insert(session, first: Sample.token(1, of: "full"))
                    try records.sessions.insert(Sample.session("bare", of: "ada"), first: Sample.token(2, of: "bare"))
                }
                let found = try await storage.reading { records in
                    try ["full", "bare", "none"].map { try records.sessions.session(SessionID($0)) }
                }
                #expect(found == [session, Sample.session("bare", of: "ada"), nil])
            },
            Check("an account's sessions are listed the youngest first, and no one else's") { storage in
                try await addSessions(to: storage)
                let listed = try await storage.reading { records in
                    try ["ada", "bob", "zoe"].map {
                        try records.sessions.sessions(of: AccountID("id-\($0)")).map(\.id.text)
                    }
                }
                #expect(listed == [["a3", "a2", "a1"], ["b1"], []])
            },
            Check("touching a session changes when it was last used, and nothing else") { storage in
                try await addSessions(to: storage)
                let before = try await storage.reading { try $0.sessions.sessions(of: AccountID("id-ada")) }
                try await storage.writing { try $0.sessions.touch(SessionID("a2"), at: Sample.moment(77)) }
                let after = try await storage.reading { try $0.sessions.sessions(of: AccountID("id-ada")) }
                var expected = before
                expected[1].lastUsedAt = Sample.moment(77)
                #expect(after == expected)
            },
            Check("an ended session is gone with its tokens, once") { storage in
                try await addSessions(to: storage)
                let ended = try await storage.writing { records in
                    [try records.sessions.end(SessionID("a1")), try records.sessions.end(SessionID("a1"))]
                }
                #expect(ended == [true, false])
                #expect(try await left(in: storage) == ["a2", "a3", "b1"])
            },
            Check("ending all sessions of an account spares one if asked to, and every other account's") { storage in
                try await addSessions(to: storage)
                let but = try await storage.writing { records in
                    try records.sessions.endAll(of: AccountID("id-ada"), except: SessionID("a2"))
                }
                #expect(Set(but.map(\.text)) == ["a1", "a3"])
                #expect(try await left(in: storage) == ["a2", "b1"])
                let rest = try await storage.writing { try $0.sessions.endAll(of: AccountID("id-ada"), except: nil) }
                #expect(rest.map(\.text) == ["a2"])
                #expect(try await left(in: storage) == ["b1"])
            },
            Check("sessions that have ended or were idle are removed with their tokens") { storage in
                try await addSessions(to: storage)
                // a1 ends at 1001, a2 at 1002, a3 at 1003, b1 at 1004; each was last used when it began.
                var counts: [Int] = []
                for (moment, idleSince) in [(1001, 1), (0, 2), (1004, 0)] as [(Int64, Int64)] {
                    let count = try await storage.writing { records in
                        try records.sessions.endExpired(
                            before: Sample.moment(moment), idleSince: Sample.moment(idleSince), limit: 10)
                    }
                    counts.append(count)
                }
                #expect(counts == [0, 2, 4], "what ends at that very moment stays")
                #expect(try await left(in: storage) == ["b1"])
            },
            Check("no more sessions and tokens than asked for are removed at once, and no session before its tokens") {
                storage in
                try await addSessions(to: storage)
                try await storage.writing { records in
                    for token in UInt8(10)..<15 {
                        let first: UInt8 = token == 10 ? 1 : token
                        try records.sessions.rotate(
                            Sample.hash(first), nonce: [1], at: Sample.moment(1), to: Sample.hash(token + 1))
                    }
                }
                // a1 has six tokens now, a2 and a3 have one each: eight tokens and three sessions.
                let found = try await storage.writing { records in
                    try [3, 4, 3, 4].map { limit in
                        let count = try records.sessions.endExpired(
                            before: Sample.moment(1004), idleSince: Sample.moment(0), limit: limit)
                        return [count, try records.sessions.sessions(of: AccountID("id-ada")).count]
                    }
                }
                #expect(found == [[3, 3], [4, 3], [3, 1], [1, 0]])
            },
        ]

    /// Sessions a1, a2 and a3 of ada's and b1 of bob's, each begun a second after the last, with tokens 1 to 4.
    private static func addSessions(to storage: any Storage) async throws {
        try await storage.writing { records in
            _ = try records.accounts.insert(Sample.account("ada"))
            _ = try records.accounts.insert(Sample.account("bob"))
            for (number, id) in ["a1", "a2", "a3", "b1"].enumerated() {
                try records.sessions.insert(
                    Sample.session(
                        id, of: id.hasPrefix("a") ? "ada" : "bob", createdAt: Sample.moment(Int64(number) + 1)),
                    first: Sample.token(UInt8(number) + 1, of: id))
            }
        }
    }

    /// The sessions of ``addSessions(to:)`` that are still there; their tokens must be too, and the others' must not.
    private static func left(in storage: any Storage) async throws -> [String] {
        let found = try await storage.reading { records in
            try ["a1", "a2", "a3", "b1"].enumerated().map { number, id in
                (
                    id: id, session: try records.sessions.session(SessionID(id)) != nil,
                    token: try records.sessions.refreshToken(Sample.hash(UInt8(number) + 1)) != nil
                )
            }
        }
        for found in found { #expect(found.session == found.token, "the token of \(found.id) goes with its session") }
        return found.filter(\.session).map(\.id)
    }
}
