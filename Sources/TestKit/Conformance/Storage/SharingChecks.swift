import GatewayKit
import Testing

extension StorageConformance {
    /// What stores that gateways share tell and count, and others leave out.
    static let sharing = [
        Check("news of the revocation log come after each row, or there are none, and they end with their task") {
            storage in
            let (heard, teller) = AsyncStream.makeStream(of: RevocationNews.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await news in storage.revocationNews() { teller.yield(news) }
                    teller.finish()
                }
                var news = heard.makeAsyncIterator()
                func added() async -> Bool {
                    while let next = await news.next() { if next == .added { return true } }
                    return false
                }
                // Who tells nothing has ended at once; all others say that they begin.
                guard await added() else { return }
                for number in 1...3 {
                    try await storage.writing { records in
                        _ = try records.revocations.append(.apiKey("k\(number)"), keepUntil: Sample.moment(1))
                    }
                    #expect(await added())
                }
                group.cancelAll()
                while await news.next() != nil {}
            }
        },
        Check(
            "counts, where there are some, are the same for all who open the store",
            reopening: { place in
                let (one, other) = (try await place.open(), try await place.open())
                #expect((one.counts == nil) == (other.counts == nil))
                guard let counts = one.counts, let same = other.counts else { return }
                let limit = RateLimit(count: 4, per: .seconds(3600))
                for (taken, counts) in [counts, same, counts, same].enumerated() {
                    let verdict = try await counts.take("a", from: limit)
                    #expect(verdict.isAllowed && verdict.remaining == 3 - taken)
                }
                for counts in [counts, same] { #expect(try await !counts.take("a", from: limit).isAllowed) }
            }),
        Check("counts that mean nothing any more are removed, at most as many as asked for, and no other") { storage in
            guard let counts = storage.counts else { return }
            let (long, short) = (
                RateLimit(count: 2, per: .seconds(3600)), RateLimit(count: 1, per: .milliseconds(1))
            )
            #expect(try await counts.take("kept", from: long).remaining == 1)
            for key in ["a", "b", "c"] { _ = try await counts.take(key, from: short) }
            var removed: [Int] = []
            while removed.reduce(0, +) < 3 {
                removed.append(try await counts.removeSpent(limit: 2))
                try Task.checkCancellation()
            }
            #expect(removed.allSatisfy { $0 <= 2 } && removed.reduce(0, +) == 3)
            #expect(try await counts.removeSpent(limit: 9) == 0)
            #expect(try await counts.take("kept", from: long).remaining == 0)
        },
    ]
}
