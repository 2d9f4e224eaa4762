/// Counts what someone does against an allowance.
/// `RateLimiterConformance` in TestKit is what an implementation must pass.
public protocol RateLimiter: Sendable {
    /// Takes one from the allowance that `key` has under `limit`; throws ``RateLimiterError``. A refused one takes
    /// nothing.
    func take(_ key: String, from limit: RateLimit) async throws(RateLimiterError) -> RateVerdict
}

/// An allowance: so many in a period, refilled evenly.
public struct RateLimit: Hashable, Sendable {
    /// How many, at least 1.
    public let count: Int
    /// In which period, above zero.
    public let period: Duration

    /// States both; both must be above zero.
    public init(count: Int, per period: Duration) {
        precondition(count > 0 && period > .zero, "a rate limit allows something in some time")
        self.count = count
        self.period = period
    }
}

/// What a limiter decided.
public struct RateVerdict: Hashable, Sendable {
    /// Whether it may be done.
    public let isAllowed: Bool
    /// How many more may be done at once.
    public let remaining: Int
    /// When one more may be done; zero when one may now.
    public let retryAfter: Duration
    /// When the whole allowance is there again.
    public let resetAfter: Duration

    /// States every part.
    public init(isAllowed: Bool, remaining: Int, retryAfter: Duration, resetAfter: Duration) {
        self.isAllowed = isAllowed
        self.remaining = remaining
        self.retryAfter = retryAfter
        self.resetAfter = resetAfter
    }
}

/// How a caller of the limiter can react.
@nonexhaustive
public enum RateLimiterError: Error, Sendable {
    /// The counts are out of reach: the caller's rule says what then.
    case unavailable(cause: any Error)
}
