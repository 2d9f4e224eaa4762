import GatewayKit
import Synchronization

/// Who was refused just now, so that a flood of theirs asks the database nothing until they may come again.
final class RefusedKeys: Sendable {
    private struct Refusal {
        /// When one more may be allowed.
        let again: Duration
        let whole: Duration
    }

    /// How many are kept; more are asked about each time.
    private static let capacity = 10_000

    private let table = Mutex<[[UInt8]: Refusal]>([:])
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    /// What a key is told that was refused and may not come again yet.
    func verdict(on key: [UInt8]) -> RateVerdict? {
        let now = time.elapsed()
        return table.withLock { table in
            guard let refusal = table[key] else { return nil }
            guard refusal.again > now else {
                table[key] = nil
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
            if table.count >= Self.capacity { table = table.filter { $0.value.again > now } }
            guard table.count < Self.capacity else { return }
            table[key] = Refusal(again: now + verdict.retryAfter, whole: now + verdict.resetAfter)
        }
    }
}
