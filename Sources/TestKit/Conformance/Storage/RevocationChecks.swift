import GatewayKit
import Testing

extension StorageConformance {
    static let revocations = [
        Check("every kind of revocation comes back, in ascending order, behind an id and no more than asked for") {
            storage in
            let subjects: [Revocation.Subject] = [
                .session(SessionID("s")), .apiKey("k"), .account(AccountID("a"), leastVersion: Sample.greatNumber),
                .signingKey("k"),
            ]
            let ids = try await append(subjects, keepUntil: Sample.moment(1), to: storage)
            #expect(ids == ids.sorted() && Set(ids).count == 4 && ids[0] > 0)
            let expected = zip(ids, subjects).map { Revocation(id: $0, subject: $1, keepUntil: Sample.moment(1)) }
            let found = try await storage.reading { records in
                [
                    try records.revocations.rows(after: 0, limit: 10),
                    try records.revocations.rows(after: ids[0], limit: 1),
                    try records.revocations.rows(after: ids[3], limit: 10),
                ]
            }
            #expect(found == [expected, [expected[1]], []])
        },
        Check("an id is never used twice, also when the youngest rows were removed") { storage in
            let before = try await append([.apiKey("a"), .apiKey("b")], keepUntil: Sample.moment(1), to: storage)
            let removed = try await storage.writing { records in
                try records.revocations.deleteExpired(before: Sample.moment(2), limit: 10)
            }
            #expect(removed == 2)
            let after = try await append([.apiKey("c")], keepUntil: Sample.moment(1), to: storage)
            #expect(after[0] > before[1])
        },
        Check(
            "an id is not used again after reopening either",
            reopening: { place in
                let before = try await place.open()
                let old = try await append([.apiKey("a")], keepUntil: Sample.moment(1), to: before)
                try await before.writing { records in
                    _ = try records.revocations.deleteExpired(before: Sample.moment(2), limit: 10)
                }
                let new = try await append([.apiKey("b")], keepUntil: Sample.moment(1), to: try await place.open())
                #expect(new[0] > old[0])
            }),
        Check("revocations whose last token has expired are removed, at most as many as asked for") { storage in
            for end in [10, 11, 12] as [Int64] {
                _ = try await append([.apiKey("k\(end)")], keepUntil: Sample.moment(end), to: storage)
            }
            let counts = try await storage.writing { records in
                try [1, 10, 10].map { try records.revocations.deleteExpired(before: Sample.moment(12), limit: $0) }
            }
            #expect(counts == [1, 1, 0])
            let left = try await storage.reading { try $0.revocations.rows(after: 0, limit: 10).map(\.subject) }
            #expect(left == [.apiKey("k12")])
        },
        Check("whoever asks for what is behind the last id that it saw misses none of what is committed meanwhile") {
            storage in
            let seen = try await withThrowingTaskGroup(of: [Int64].self) { group in
                group.addTask {
                    var seen: [Int64] = []
                    while seen.count < 60 {
                        let last = seen.last ?? 0
                        seen += try await storage.reading { try $0.revocations.rows(after: last, limit: 7).map(\.id) }
                        try Task.checkCancellation()
                        await Task.yield()
                    }
                    return seen
                }
                group.addTask {
                    try await inParallel(60) { number in
                        _ = try await append([.apiKey("k\(number)")], keepUntil: Sample.moment(1), to: storage)
                    }
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let all = try await storage.reading { try $0.revocations.rows(after: 0, limit: 100).map(\.id) }
            #expect(seen == all)
        },
    ]

    private static func append(
        _ subjects: [Revocation.Subject], keepUntil: Timestamp, to storage: any Storage
    ) async throws -> [Int64] {
        try await storage.writing { records in
            try subjects.map { try records.revocations.append($0, keepUntil: keepUntil) }
        }
    }
}
