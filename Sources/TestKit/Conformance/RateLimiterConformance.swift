public import GatewayKit
public import Testing

/// What every rate limiter promises; a test target runs each case as a test:
///
///     @Test(arguments: RateLimiterConformance.allCases)
///     func `keeps a limiter's promises`(promise: RateLimiterConformance) async throws {
///         try await promise.verify { time in LimiterUnderTest(time: time) }
///     }
public enum RateLimiterConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case allowsTheWhole = "the whole allowance may be taken at once, and not one more"
    case refillsEvenly = "the allowance refills evenly"
    case refusesForFree = "a refused one takes nothing"
    case fillsNoFurther = "an allowance that waits grows no greater than it is"
    case separatesKeys = "keys have an allowance each"
    case separatesLimits = "limits have an allowance each"
    case takesAnyKey = "a key may be any text"
    case neverExceeds = "takes at once never exceed the allowance"
    case tellsTheWait = "who waits as long as it is told is allowed"

    public var testDescription: String { rawValue }

    private static let limit = RateLimit(count: 5, per: .seconds(50))

    /// Checks the promise on a new limiter that tells the time by that clock.
    public func verify(_ make: (_ time: ManualTime) async throws -> any RateLimiter) async throws {
        let time = ManualTime()
        let limiter = try await make(time)
        switch self {
        case .allowsTheWhole: try await Self.checkWhole(limiter)
        case .refillsEvenly: try await Self.checkRefill(limiter, time)
        case .refusesForFree:
            try await Self.drain("a", limiter)
            for _ in 0..<100 { _ = try await limiter.take("a", from: Self.limit) }
            time.advance(by: .seconds(10))
            #expect(try await limiter.take("a", from: Self.limit).isAllowed)
        case .fillsNoFurther:
            _ = try await limiter.take("a", from: Self.limit)
            time.advance(by: .seconds(100_000))
            try await Self.drain("a", limiter)
            #expect(try await !limiter.take("a", from: Self.limit).isAllowed)
        case .separatesKeys:
            try await Self.drain("a", limiter)
            #expect(try await limiter.take("b", from: Self.limit).remaining == 4)
        case .separatesLimits:
            try await Self.drain("a", limiter)
            let others = [RateLimit(count: 5, per: .seconds(51)), RateLimit(count: 6, per: .seconds(50))]
            for other in others {
                #expect(try await limiter.take("a", from: other).remaining == other.count - 1)
            }
        case .takesAnyKey:
            for key in ["", "\0", "é", "👩‍👩‍👧‍👦", "a'; --", String(repeating: "x", count: 1000)] {
                #expect(try await limiter.take(key, from: Self.limit).remaining == 4, "\(key)")
            }
        case .neverExceeds: try await Self.checkParallel(limiter)
        case .tellsTheWait:
            for _ in 0..<20 {
                let verdict = try await limiter.take("a", from: Self.limit)
                #expect(verdict.isAllowed)
                time.advance(by: verdict.retryAfter)
            }
        }
    }

    private static func drain(_ key: String, _ limiter: any RateLimiter) async throws {
        for _ in 0..<limit.count { #expect(try await limiter.take(key, from: limit).isAllowed) }
    }

    private static func checkWhole(_ limiter: any RateLimiter) async throws {
        for taken in 1...5 {
            let verdict = try await limiter.take("a", from: limit)
            let expected = RateVerdict(
                isAllowed: true, remaining: 5 - taken, retryAfter: taken == 5 ? .seconds(10) : .zero,
                resetAfter: .seconds(10 * taken))
            #expect(verdict == expected)
        }
        let refused = RateVerdict(isAllowed: false, remaining: 0, retryAfter: .seconds(10), resetAfter: .seconds(50))
        #expect(try await limiter.take("a", from: limit) == refused)
    }

    private static func checkRefill(_ limiter: any RateLimiter, _ time: ManualTime) async throws {
        try await drain("a", limiter)
        for _ in 0..<3 {
            time.advance(by: .milliseconds(9_999))
            #expect(try await limiter.take("a", from: limit).retryAfter == .milliseconds(1))
            time.advance(by: .milliseconds(1))
            #expect(try await limiter.take("a", from: limit).isAllowed)
        }
        time.advance(by: .seconds(30))
        for _ in 0..<3 { #expect(try await limiter.take("a", from: limit).isAllowed) }
        #expect(try await !limiter.take("a", from: limit).isAllowed)
    }

    private static func checkParallel(_ limiter: any RateLimiter) async throws {
        let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { try await limiter.take("a", from: limit).isAllowed } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(allowed == limit.count)
    }
}
