import GatewayKit
import Synchronization

/// Counts in this process's memory by the generic cell rate algorithm (GCRA): one moment a key, no timers.
///
/// The number of keys is bounded. A key whose allowance is whole again means nothing and gives its place to a new one;
/// any other is never dropped, so that a flood of strangers cannot wash a hot key away. While all places are hot, all
/// new keys of a limit share one allowance: the flood slows itself, and nobody else.
final class MemoryRateLimiter: RateLimiter {
    private struct Key: Hashable {
        let name: String
        let limit: RateLimit
    }

    /// One key's state: when its allowance will be whole again.
    private struct Place {
        var key: Key
        var wholeAt: Duration
    }

    private struct Table {
        var index: [Key: Int] = [:]
        var places: [Place] = []
        /// Where the search for a place to give away goes on.
        var hand = 0
        /// What new keys share while no place is free.
        var overflow: [RateLimit: Duration] = [:]
    }

    /// How many places one call looks at in search of one to give away, so that no call takes long.
    private static let searchLength = 32

    private let table = Mutex(Table())
    private let capacity: Int
    private let time: any TimeSource

    /// Counts for at most so many keys at once.
    init(capacity: Int, time: any TimeSource) {
        self.capacity = capacity
        self.time = time
    }

    func take(_ key: String, from limit: RateLimit) async throws(RateLimiterError) -> RateVerdict {
        table.withLock { table in
            let now = time.elapsed()
            guard let place = place(for: Key(name: key, limit: limit), in: &table, at: now) else {
                return Self.take(from: limit, wholeAt: &table.overflow[limit, default: now], at: now)
            }
            return Self.take(from: limit, wholeAt: &table.places[place].wholeAt, at: now)
        }
    }

    /// How many keys have a place.
    var count: Int { table.withLock(\.index.count) }

    private static func take(from limit: RateLimit, wholeAt: inout Duration, at now: Duration) -> RateVerdict {
        let step = max(limit.period / limit.count, Duration(secondsComponent: 0, attosecondsComponent: 1))
        // The steps' sum and not the period, whose division may have left a rest: exactly `count` fit.
        let whole = step * limit.count
        let missing = max(wholeAt, now) - now
        let isAllowed = missing + step <= whole
        let left = isAllowed ? missing + step : missing
        if isAllowed { wholeAt = now + left }
        // In whole attoseconds, for a quotient of durations is a Double, which may fall short of the next number.
        let remaining = Int((whole - left).attoseconds / step.attoseconds)
        return RateVerdict(
            isAllowed: isAllowed, remaining: remaining, retryAfter: max(.zero, left + step - whole), resetAfter: left)
    }

    private func place(for key: Key, in table: inout Table, at now: Duration) -> Int? {
        if let place = table.index[key] { return place }
        if table.places.count < capacity {
            table.places.append(Place(key: key, wholeAt: now))
            table.index[key] = table.places.count - 1
            return table.places.count - 1
        }
        for _ in 0..<min(Self.searchLength, capacity) {
            table.hand = (table.hand + 1) % capacity
            let old = table.places[table.hand]
            guard old.wholeAt <= now else { continue }
            table.index[old.key] = nil
            table.index[key] = table.hand
            table.places[table.hand] = Place(key: key, wholeAt: now)
            return table.hand
        }
        return nil
    }
}
