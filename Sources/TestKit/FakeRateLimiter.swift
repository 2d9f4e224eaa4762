public import GatewayKit
import Synchronization

/// Counts without a bound on its keys, remembers whom it was asked about, and can be put out of reach.
public final class FakeRateLimiter: RateLimiter {
    /// What it names as the cause while it is out of reach.
    public struct Away: Error, Hashable, Sendable {}

    private struct Allowance: Hashable {
        let key: String
        let limit: RateLimit
    }

    private struct State {
        var keys: [String] = []
        /// When each allowance is whole again.
        var wholeAt: [Allowance: Duration] = [:]
        var isAway = false
    }

    private let state = Mutex(State())
    private let time: any TimeSource

    /// Takes the clock by which allowances refill.
    public init(time: any TimeSource) { self.time = time }

    /// The keys of all takes so far, in order; a take while it was out of reach does not count.
    public var keys: [String] { state.withLock(\.keys) }

    /// Puts it out of reach, or back.
    public func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

    public func take(_ key: String, from limit: RateLimit) async throws(RateLimiterError) -> RateVerdict {
        let now = time.elapsed()
        let verdict: RateVerdict? = state.withLock { state in
            guard !state.isAway else { return nil }
            state.keys.append(key)
            let (step, allowance) = (limit.period / limit.count, Allowance(key: key, limit: limit))
            let missing = max(state.wholeAt[allowance, default: now] - now, .zero)
            let isAllowed = missing + step <= step * limit.count
            let left = isAllowed ? missing + step : missing
            if isAllowed { state.wholeAt[allowance] = now + left }
            return RateVerdict(
                isAllowed: isAllowed, remaining: Int((step * limit.count - left) / step),
                retryAfter: max(.zero, left + step - step * limit.count), resetAfter: left)
        }
        guard let verdict else { throw .unavailable(cause: Away()) }
        return verdict
    }
}
