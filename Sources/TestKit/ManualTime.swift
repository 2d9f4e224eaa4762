public import GatewayKit
import Synchronization

/// Clocks that stand still until a test moves them; whoever sleeps wakes when the hands pass its hour.
public final class ManualTime: TimeSource {
    private struct Watcher {
        var count: Int
        var within: Duration?
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Hands {
        var civil: Timestamp
        var elapsed = Duration.zero
        var nextID = 0
        var sleepers: [Int: (wakesAt: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var watchers: [Int: Watcher] = [:]
        var cancelled: Set<Int> = []
    }

    private let hands: Mutex<Hands>

    /// Begins at a moment of civil time; by default somewhere in 2027.
    public init(_ start: Timestamp = Timestamp(seconds: 1_800_000_000)) { hands = Mutex(Hands(civil: start)) }

    public func now() -> Timestamp { hands.withLock(\.civil) }

    public func elapsed() -> Duration { hands.withLock(\.elapsed) }

    public func sleep(for duration: Duration) async throws {
        try await wait { hands, id, continuation in
            guard duration > .zero else {
                continuation.resume()
                return
            }
            hands.sleepers[id] = (hands.elapsed + duration, continuation)
        }
    }

    /// Moves both clocks on and wakes whoever slept no longer than that.
    public func advance(by duration: Duration) {
        let awake = hands.withLock { hands in
            hands.civil = hands.civil + duration
            hands.elapsed += duration
            let due = hands.sleepers.filter { $0.value.wakesAt <= hands.elapsed }
            for id in due.keys { hands.sleepers[id] = nil }
            return due.values.sorted { $0.wakesAt < $1.wakesAt }.map(\.continuation)
        }
        for continuation in awake { continuation.resume() }
    }

    /// Moves the civil clock alone, forwards or back, as an operator or NTP may.
    public func setCivilTime(_ moment: Timestamp) { hands.withLock { $0.civil = moment } }

    /// How many tasks sleep now.
    public var sleeperCount: Int { hands.withLock(\.sleepers.count) }

    /// Returns once at least so many tasks sleep, of those alone that are to wake within some time when it is given, so
    /// that a test can ``advance(by:)`` knowing whom it wakes; throws `CancellationError` when the test is cancelled.
    public func waitForSleepers(_ count: Int = 1, within: Duration? = nil) async throws {
        try await wait { hands, id, continuation in
            hands.watchers[id] = Watcher(count: count, within: within, continuation: continuation)
        }
    }

    private func wait(
        _ register: @Sendable (inout Hands, Int, CheckedContinuation<Void, any Error>) -> Void
    ) async throws {
        let id = hands.withLock { hands in
            hands.nextID += 1
            return hands.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let satisfied = hands.withLock { hands in
                    if hands.cancelled.remove(id) != nil {
                        continuation.resume(throwing: CancellationError())
                    } else {
                        register(&hands, id, continuation)
                    }
                    return Self.takeSatisfied(&hands)
                }
                for watcher in satisfied { watcher.resume() }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        let continuation = hands.withLock { hands in
            let waiting = hands.sleepers.removeValue(forKey: id)?.continuation
            let watching = hands.watchers.removeValue(forKey: id)?.continuation
            if waiting == nil, watching == nil { hands.cancelled.insert(id) }
            return waiting ?? watching
        }
        continuation?.resume(throwing: CancellationError())
    }

    private static func takeSatisfied(_ hands: inout Hands) -> [CheckedContinuation<Void, any Error>] {
        let satisfied = hands.watchers.filter { _, watcher in
            watcher.count
                <= hands.sleepers.values.count { sleeper in
                    watcher.within.map { sleeper.wakesAt <= hands.elapsed + $0 } ?? true
                }
        }
        for id in satisfied.keys { hands.watchers[id] = nil }
        return satisfied.values.map(\.continuation)
    }
}
