import GatewayKit
import Synchronization

/// Who waits for a connection's queue or has it: so many at most, each for so long at most.
///
/// A locked database holds each writer up for the busy timeout, one after another. So a turn that comes too late is not
/// taken any more, one that comes late waits for the lock only as long as it has left, and whoever is cancelled
/// meanwhile is answered at once. All in one place because a closure's answer must come exactly once.
final class TurnQueue: Sendable {
    /// How long a turn may be waited for, the wait for the lock included.
    let patience: Duration
    private let limit: Int
    private let time: any TimeSource
    private let occupied = Mutex(0)

    init(limit: Int, patience: Duration, time: any TimeSource) {
        self.limit = limit
        self.patience = patience
        self.time = time
    }

    /// How many turns there are; a cancelled one counts until it would have come.
    var count: Int { occupied.withLock(\.self) }

    /// Waits for a turn and for what it gives. `enqueue` puts a closure into the connection's queue, which calls
    /// ``Turn/take(_:)`` when its turn has come, and always does.
    func turn<Value: Sendable>(_ enqueue: (Turn<Value>) -> Void) async throws(StorageError) -> Value {
        let hasPlace = occupied.withLock { occupied in
            guard occupied < limit else { return false }
            occupied += 1
            return true
        }
        guard hasPlace else { throw .unavailable(cause: QueueFailure.full) }
        let turn = Turn<Value>(self, until: time.elapsed() + patience)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                turn.wait(continuation)
                enqueue(turn)
            }
        } onCancel: {
            turn.cancel()
        }
        return try result.get()
    }

    fileprivate func timeLeft(until deadline: Duration) -> Duration { deadline - time.elapsed() }

    fileprivate func leave() { occupied.withLock { $0 -= 1 } }
}

/// One closure's turn on a connection's queue.
final class Turn<Value: Sendable>: Sendable {
    typealias Answer = CheckedContinuation<Result<Value, StorageError>, Never>

    private enum State {
        case new
        case waiting(Answer)
        /// It has begun, or was cancelled.
        case over
    }

    private let queue: TurnQueue
    private let deadline: Duration
    private let state = Mutex(State.new)

    fileprivate init(_ queue: TurnQueue, until deadline: Duration) {
        self.queue = queue
        self.deadline = deadline
    }

    /// Runs the closure and answers with what it gives, unless it was cancelled or it is too late; the closure is told
    /// how long it may still wait for a lock.
    func take(_ body: (_ timeLeft: Duration) throws(StorageError) -> Value) {
        let answer = end()
        let result = answer.map { _ in
            Result { () throws(StorageError) in
                let timeLeft = queue.timeLeft(until: deadline)
                guard timeLeft > .zero else { throw .unavailable(cause: QueueFailure.late) }
                return try body(timeLeft)
            }
        }
        queue.leave()
        if let answer, let result { answer.resume(returning: result) }
    }

    fileprivate func wait(_ answer: Answer) {
        let isCancelled = state.withLock { state in
            guard case .new = state else { return true }
            state = .waiting(answer)
            return false
        }
        if isCancelled { answer.resume(returning: .failure(.unavailable(cause: CancellationError()))) }
    }

    fileprivate func cancel() { end()?.resume(returning: .failure(.unavailable(cause: CancellationError()))) }

    private func end() -> Answer? {
        state.withLock { state in
            defer { state = .over }
            guard case .waiting(let answer) = state else { return nil }
            return answer
        }
    }
}

/// Why a turn was not taken; nothing was done.
enum QueueFailure: Error, Hashable, CustomStringConvertible {
    case full
    case late

    var description: String {
        switch self {
        case .full: "too many wait for the database"
        case .late: "the database was not free in time"
        }
    }
}
