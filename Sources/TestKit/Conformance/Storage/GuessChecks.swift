import GatewayKit
import Testing

extension StorageConformance {
    static let guesses = [
        Check("a count of guesses comes back, takes the place of the last one, and can be forgotten") { storage in
            let full = GuessCount(
                key: "a", count: 7, windowStart: Sample.moment(1), blockedUntil: Sample.moment(2), strikes: 3,
                keepUntil: Sample.moment(4))
            let found = try await storage.writing { records in
                var found = [try records.guesses.count(of: "a")]
                try records.guesses.store(full)
                try records.guesses.store(Sample.guesses("b", 1))
                found.append(try records.guesses.count(of: "a"))
                try records.guesses.store(Sample.guesses("a", 1))
                found.append(try records.guesses.count(of: "a"))
                try records.guesses.clear("a")
                found.append(try records.guesses.count(of: "a"))
                found.append(try records.guesses.count(of: "b"))
                return found
            }
            #expect(found == [nil, full, Sample.guesses("a", 1), nil, Sample.guesses("b", 1)])
        },
        Check("counts that mean nothing any more are removed, at most as many as asked for") { storage in
            let counts = try await storage.writing { records in
                for end in [10, 11, 12] as [Int64] {
                    try records.guesses.store(Sample.guesses("g\(end)", 1, keepUntil: Sample.moment(end)))
                }
                return try [1, 10, 10].map { try records.guesses.deleteExpired(before: Sample.moment(12), limit: $0) }
            }
            #expect(counts == [1, 1, 0])
            #expect(try await storage.reading { try $0.guesses.count(of: "g12") } != nil)
        },
    ]
}
