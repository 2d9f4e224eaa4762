import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct MemoryRateLimiterTests {
    private static let limit = RateLimit(count: 2, per: .seconds(20))

    @Test(arguments: RateLimiterConformance.allCases)
    func `the memory module keeps a limiter's promises`(promise: RateLimiterConformance) async throws {
        try await promise.verify { time in
            try await Slot.limits.product(of: "memory", among: .providers, with: .forTests(time: time))
        }
    }

    @Test func `a key whose allowance is whole again gives its place to a new one`() async throws {
        let time = ManualTime()
        let limiter = MemoryRateLimiter(capacity: 4, time: time)
        for key in ["a", "b", "c", "d"] { _ = try await limiter.take(key, from: Self.limit) }
        time.advance(by: .seconds(10))
        for key in ["e", "f", "g", "h"] {
            #expect(try await limiter.take(key, from: Self.limit).remaining == 1)
            #expect(try await limiter.take(key, from: Self.limit).remaining == 0)
        }
        #expect(limiter.count == 4)
    }

    @Test func `a flood of new keys cannot wash a hot key away`() async throws {
        let limiter = MemoryRateLimiter(capacity: 10, time: ManualTime())
        for _ in 0..<2 { _ = try await limiter.take("hot", from: Self.limit) }
        for number in 0..<1000 { _ = try await limiter.take("flood \(number)", from: Self.limit) }
        #expect(try await !limiter.take("hot", from: Self.limit).isAllowed)
        #expect(limiter.count == 10)
    }

    @Test func `while every place is hot, new keys of a limit share one allowance`() async throws {
        let time = ManualTime()
        let limiter = MemoryRateLimiter(capacity: 2, time: time)
        for key in ["a", "b"] { _ = try await limiter.take(key, from: Self.limit) }
        #expect(try await limiter.take("c", from: Self.limit).remaining == 1)
        #expect(try await limiter.take("d", from: Self.limit).remaining == 0)
        #expect(try await !limiter.take("e", from: Self.limit).isAllowed)
        #expect(try await limiter.take("e", from: RateLimit(count: 3, per: .seconds(20))).remaining == 2)
        #expect(try await limiter.take("a", from: Self.limit).isAllowed)
        time.advance(by: .seconds(20))
        #expect(try await limiter.take("f", from: Self.limit).remaining == 1)
    }

    @Test(arguments: [
        RateLimit(count: 7, per: .seconds(1)), RateLimit(count: 3, per: .nanoseconds(10)),
        RateLimit(count: 49, per: .seconds(60)), RateLimit(count: 1_009, per: .seconds(86_400)),
        RateLimit(count: 1, per: .seconds(3600)), RateLimit(count: 1_000, per: .seconds(86_400)),
    ]) func `however the period divides, the allowance is exact`(limit: RateLimit) async throws {
        let time = ManualTime()
        let limiter = MemoryRateLimiter(capacity: 2, time: time)
        for taken in 1...limit.count {
            let verdict = try await limiter.take("a", from: limit)
            #expect(verdict.isAllowed)
            #expect(verdict.remaining == limit.count - taken)
        }
        let refused = try await limiter.take("a", from: limit)
        #expect(!refused.isAllowed)
        #expect(refused.remaining == 0)
        time.advance(by: refused.retryAfter)
        #expect(try await limiter.take("a", from: limit).remaining == 0)
        time.advance(by: limit.period)
        #expect(try await limiter.take("a", from: limit).remaining == limit.count - 1)
    }

    @Test func `over any stretch of time no key takes more than its limit twice over`() async throws {
        // Property of GCRA: within any window of the period, at most the burst and one period's refill.
        let time = ManualTime()
        let limiter = MemoryRateLimiter(capacity: 2, time: time)
        let limit = RateLimit(count: 5, per: .seconds(10))
        var generator = SeededGenerator(seed: 42)
        var allowedAt: [Duration] = []
        for _ in 0..<5_000 {
            time.advance(by: .milliseconds(Int64.random(in: 0...1_500, using: &generator)))
            if try await limiter.take("a", from: limit).isAllowed { allowedAt.append(time.elapsed()) }
        }
        for (index, start) in allowedAt.enumerated() {
            #expect(allowedAt[index...].prefix { $0 - start < limit.period }.count <= 10)
        }
        let rate = Double(allowedAt.count) * 2 / Double(time.elapsed().components.seconds)
        #expect((0.95...1.01).contains(rate))
    }
}
