import GatewayKit
import Synchronization

/// Who was refused just now, so that a flood of theirs asks the database nothing until they may come again.
final class RefusedKeys: Sendable {
    private struct Refusal {
        /// When one more may be allowed.
        let again: Duration
        let whole: Duration
    }

    private struct Table {
        var refusals: [[UInt8]: Refusal] = [:]
        /// When those that are over are looked for next: all are gone through for it.
        var nextSweep = Duration.zero
    }

    private let table = Mutex(Table())
    private let capacity: Int
    private let time: any TimeSource

    /// Keeps so many at most; more are asked about each time.
    init(capacity: Int = 10_000, time: any TimeSource) {
        self.capacity = capacity
        self.time = time
    }

    /// What a key is told that was refused and may not come again yet.
    func verdict(on key: [UInt8]) -> RateVerdict? {
        let now = time.elapsed()
        return table.withLock { table in
            guard let refusal = table.refusals[key] else { return nil }
            guard refusal.again > now else {
                table.refusals[key] = nil
                return nil
            }
            return RateVerdict(
                isAllowed: false, remaining: 0, retryAfter: refusal.again - now, resetAfter: refusal.whole - now)
        }
    }

    /// Keeps a refusal.
    func add(_ key: [UInt8], _ verdict: RateVerdict) {
        let now = time.elapsed()
        table.withLock { table in
            if table.refusals.count >= capacity, table.nextSweep <= now {
                table.refusals = table.refusals.filter { $0.value.again > now }
                table.nextSweep = now + .seconds(1)
            }
            guard table.refusals.count < capacity else { return }
            table.refusals[key] = Refusal(again: now + verdict.retryAfter, whole: now + verdict.resetAfter)
        }
    }
}
