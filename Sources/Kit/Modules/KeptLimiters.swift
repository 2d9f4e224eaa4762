import Synchronization

/// The limiters that outlive a reload of the file, by their names: a client that is held back must not get its
/// allowance anew because an operator has changed something else.
public final class KeptLimiters: Sendable {
    private let table = Mutex<[String: any RateLimiter]>([:])

    /// Keeps none yet.
    public init() {}

    /// The one of that name, made when there is none.
    func limiter(named name: String, _ make: () -> any RateLimiter) -> any RateLimiter {
        table.withLock { table in
            if let known = table[name] { return known }
            let limiter = make()
            table[name] = limiter
            return limiter
        }
    }
}
