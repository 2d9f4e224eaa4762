import GatewayKit
import Testing

extension StorageConformance {
    static let refreshTokens = [
        Check("a session's first refresh token comes back, and an unknown one does not") { storage in
            try await addSession(to: storage)
            let found = try await storage.reading { records in
                try [1, 2].map { try records.sessions.refreshToken(Sample.hash($0)) }
            }
            #expect(found == [Sample.token(1, of: "s"), nil])
        },
        Check("a rotated token keeps its nonce and moment, and its successor joins the family") { storage in
            try await addSession(to: storage)
            try await storage.writing { records in
                try records.sessions.rotate(
                    Sample.hash(1), nonce: [0, 1, 255], at: Sample.moment(5), to: Sample.hash(2))
                try records.sessions.rotate(Sample.hash(2), nonce: [7], at: Sample.moment(6), to: Sample.hash(3))
            }
            let found = try await storage.reading { records in
                try [1, 2, 3].map { try records.sessions.refreshToken(Sample.hash($0)) }
            }
            var tokens = (1...3).map { Sample.token($0, of: "s") }
            (tokens[0].nonce, tokens[0].rotatedAt) = ([0, 1, 255], Sample.moment(5))
            (tokens[1].nonce, tokens[1].rotatedAt) = ([7], Sample.moment(6))
            (tokens[1].predecessor, tokens[2].predecessor) = (Sample.hash(1), Sample.hash(2))
            #expect(found == tokens)
        },
        Check("nonces are erased up to a moment, except that of the newest token's predecessor") { storage in
            try await addSession(to: storage)
            try await rotate(1...4, in: storage)
            // Token 1 was rotated at 1, and so on; token 4's successor is 5, which nobody has used.
            let counts = try await storage.writing { records in
                try [0, 2, 2, 9].map { moment in
                    try records.sessions.eraseNonces(
                        of: SessionID("s"), rotatedBy: Sample.moment(moment), limit: 10)
                }
            }
            #expect(counts == [0, 2, 0, 1])
            let found = try await storage.reading { records in
                try (1...5).compactMap { try records.sessions.refreshToken(Sample.hash($0)) }
            }
            #expect(found.map(\.nonce) == [nil, nil, nil, [4], nil])
            #expect(found.map(\.rotatedAt) == [1, 2, 3, 4].map { Sample.moment($0) } + [nil])
        },
        Check("nonces are erased of one session, or of all, and at most as many as asked for") { storage in
            try await addSession(to: storage)
            try await storage.writing { records in
                try records.sessions.insert(Sample.session("t", of: "ada"), first: Sample.token(101, of: "t"))
            }
            try await rotate(1...3, in: storage)
            try await rotate(101...104, in: storage)
            let counts = try await storage.writing { records in
                let moment = Sample.moment(1000)
                var counts = [try records.sessions.eraseNonces(of: SessionID("s"), rotatedBy: moment, limit: 1)]
                for limit in [2, 10, 10] {
                    counts.append(try records.sessions.eraseNonces(of: nil, rotatedBy: moment, limit: limit))
                }
                return counts
            }
            #expect(counts == [1, 2, 2, 0])
        },
        Check("of fifty rotations of one token at once one finds it not yet rotated") { storage in
            try await addSession(to: storage)
            let rotated = try await winners(50) { number in
                try await storage.writing { records in
                    guard try records.sessions.refreshToken(Sample.hash(1))?.rotatedAt == nil else { return false }
                    try records.sessions.rotate(
                        Sample.hash(1), nonce: [UInt8(number)], at: Sample.moment(1),
                        to: Sample.hash(UInt8(number) + 100))
                    return true
                }
            }
            #expect(rotated == 1)
        },
    ]

    /// Rotates each of those tokens to the next, at a moment and with a nonce of its own number.
    private static func rotate(_ tokens: ClosedRange<UInt8>, in storage: any Storage) async throws {
        try await storage.writing { records in
            for token in tokens {
                try records.sessions.rotate(
                    Sample.hash(token), nonce: [token], at: Sample.moment(Int64(token)), to: Sample.hash(token + 1))
            }
        }
    }

    private static func addSession(to storage: any Storage) async throws {
        try await storage.writing { records in
            _ = try records.accounts.insert(Sample.account("ada"))
            try records.sessions.insert(Sample.session("s", of: "ada"), first: Sample.token(1, of: "s"))
        }
    }
}
