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
        Check("erasing a nonce erases that token's nonce alone") { storage in
            try await addSession(to: storage)
            try await storage.writing { records in
                try records.sessions.rotate(Sample.hash(1), nonce: [1], at: Sample.moment(5), to: Sample.hash(2))
                try records.sessions.rotate(Sample.hash(2), nonce: [2], at: Sample.moment(6), to: Sample.hash(3))
                try records.sessions.eraseNonce(of: Sample.hash(1))
            }
            let found = try await storage.reading { records in
                try [1, 2].compactMap { try records.sessions.refreshToken(Sample.hash($0)) }
            }
            #expect(found.map(\.nonce) == [nil, [2]])
            #expect(found.map(\.rotatedAt) == [Sample.moment(5), Sample.moment(6)])
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

    private static func addSession(to storage: any Storage) async throws {
        try await storage.writing { records in
            _ = try records.accounts.insert(Sample.account("ada"))
            try records.sessions.insert(Sample.session("s", of: "ada"), first: Sample.token(1, of: "s"))
        }
    }
}
