import Synchronization

/// Tells who looks now and then, as the outbox's delivery does, that there may be something, so that it need not wait
/// for its next look.
public final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var nextID = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Begins lowered.
    public init() {}

    /// Of how many waits something is kept: as many as wait now.
    var waitCount: Int { state.withLock { $0.waiters.count + $0.cancelled.count } }

    /// Wakes whoever waits, or else the next to wait; raising it twice is raising it once.
    public func poke() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            state.isRaised = state.waiters.isEmpty
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns at a ``poke()``, one since the last wait included, or when that long has passed; throws
    /// `CancellationError`.
    public func wait(atMost duration: Duration, by time: any TimeSource) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.raised() }
            group.addTask { try await time.sleep(for: duration) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func raised() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        // A cancellation that meets a poke finds no waiter and leaves its mark, which nobody would look at again.
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                state.withLock { state in
                    if state.cancelled.remove(id) != nil {
                        continuation.resume(throwing: CancellationError())
                    } else if state.isRaised {
                        state.isRaised = false
                        continuation.resume()
                    } else {
                        state.waiters[id] = continuation
                    }
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        let waiter = state.withLock { state in
            let waiter = state.waiters.removeValue(forKey: id)
            if waiter == nil { state.cancelled.insert(id) }
            return waiter
        }
        waiter?.resume(throwing: CancellationError())
    }
}
