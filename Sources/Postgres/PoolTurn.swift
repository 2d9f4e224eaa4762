import Synchronization

/// A closure's place in the queue for a connection.
protocol QueuedTurn: AnyObject, Sendable {
    /// When it must be over.
    var deadline: Duration { get }

    /// Begins it, unless its caller has been answered meanwhile.
    func begin() -> Bool

    /// Runs it on a connection, and answers its caller unless the connection was lost before anything was done. What
    /// the connection has shown is noted first: whoever is answered may be back before this returns.
    func run(on connection: PostgresConnection, noting: () -> Void) -> TurnEnding

    /// Answers its caller if it waits, or is about to.
    func end(with failure: any Error)

    /// Lets it wait again, unless it must end with the failure that was given; whether it does.
    func waitAgain(or failure: PostgresFailure, now: Duration) -> Bool
}

/// What a turn has come to.
enum TurnEnding {
    case over
    case again(PostgresFailure)
}

/// Whoever comes first answers: the connection, the deadline for one, or the cancelled task.
final class PoolTurn<Value: Sendable>: QueuedTurn {
    typealias Answer = CheckedContinuation<Result<Value, any Error>, Never>

    private enum State {
        case new
        case waiting(Answer)
        /// On a connection; a failure is what it ends with should it have to wait again.
        case running(Answer, (any Error)?)
        case over
    }

    let deadline: Duration
    private let kind: PostgresTransaction.Kind
    private let body: @Sendable (PostgresTransaction) throws -> Value
    private let state = Mutex(State.new)
    private let losses = Atomic(0)

    init(
        _ kind: PostgresTransaction.Kind, until deadline: Duration,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> Value
    ) {
        self.kind = kind
        self.deadline = deadline
        self.body = body
    }

    /// Waits for an answer; whether it does, for it may be over already.
    func wait(_ answer: Answer) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(answer)
            return true
        }
    }

    func begin() -> Bool {
        state.withLock { state in
            guard case .waiting(let answer) = state else { return false }
            state = .running(answer, nil)
            return true
        }
    }

    func run(on connection: PostgresConnection, noting: () -> Void) -> TurnEnding {
        let ending = TransactionRun(connection: connection, kind: kind, deadline: deadline).run(body)
        noting()
        switch ending {
        case .over(let result):
            answer(with: result)
            return .over
        case .lost(let failure, let begun):
            // A statement that brings the server down does so only thrice.
            if begun, losses.add(1, ordering: .relaxed).newValue > 2 {
                answer(with: .failure(failure))
                return .over
            }
            return .again(failure)
        }
    }

    func end(with failure: any Error) {
        let answer: Answer? = state.withLock { state in
            switch state {
            case .new:
                state = .over
                return nil
            case .waiting(let answer):
                state = .over
                return answer
            case .running(let answer, let known):
                state = .running(answer, known ?? failure)
                return nil
            case .over: return nil
            }
        }
        answer?.resume(returning: .failure(failure))
    }

    func waitAgain(or failure: PostgresFailure, now: Duration) -> Bool {
        let ended: (Answer, any Error)? = state.withLock { state in
            guard case .running(let answer, let known) = state else { return nil }
            guard let end = known ?? (now >= deadline ? failure : nil) else {
                state = .waiting(answer)
                return nil
            }
            state = .over
            return (answer, end)
        }
        ended?.0.resume(returning: .failure(ended?.1 ?? failure))
        return ended == nil
    }

    private func answer(with result: Result<Value, any Error>) {
        let answer: Answer? = state.withLock { state in
            guard case .running(let answer, _) = state else { return nil }
            state = .over
            return answer
        }
        answer?.resume(returning: result)
    }
}
