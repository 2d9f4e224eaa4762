import Dispatch
import Foundation
import Synchronization

/// A few connections to a server, each on a thread of its own, and transactions that take turns on them.
///
/// Connections are made when they are needed and made again when they were lost. `PoolState.swift` decides which thread
/// does what, `PostgresServers.swift` which server is tried first, `PoolTurn.swift` who answers a caller,
/// `TransactionRun.swift` what becomes of a transaction, `PostgresConnection.swift` speaks with libpq,
/// `PostgresListener.swift` hears notifications. A transaction that has begun runs to its end; who is cancelled while
/// it waits is answered at once.
public final class PostgresPool: Sendable {
    private let threads: PoolThreads
    private let clock: PostgresClock
    private let deadlines: PostgresDeadlines

    /// Begins a pool that connects when it is first used; at most `limit` callers wait for a connection at once.
    public convenience init(
        to target: PostgresTarget, connections: Int, waiting limit: Int = 1000, clock: PostgresClock,
        deadlines: PostgresDeadlines = PostgresDeadlines()
    ) {
        self.init(
            to: PostgresServers(target), connections: connections, waiting: limit, clock: clock, deadlines: deadlines)
    }

    init(
        to servers: PostgresServers, connections: Int, waiting limit: Int = 1000, clock: PostgresClock,
        deadlines: PostgresDeadlines
    ) {
        threads = PoolThreads(to: servers, connections, waiting: limit, clock, deadlines)
        self.clock = clock
        self.deadlines = deadlines
        threads.start()
    }

    deinit { threads.stop() }

    /// Turns away who waits and who comes, and ends each connection when what runs on it is over.
    public func close() { threads.stop() }

    /// Why the last try to connect has failed; nil since one has not.
    public var trouble: PostgresFailure? { threads.trouble }

    /// Runs a closure in one transaction, again where it conflicts with another or its connection is lost before the
    /// commit; a write closure has no effect but through its transaction. Committed when this returns, and undone when
    /// the closure throws. Throws the closure's error, or ``PostgresFailure``; `CancellationError` to who is cancelled
    /// while it waits. `patience` stands for the deadline of the wait, `longest` for that of the transaction.
    public func transaction<Value: Sendable>(
        _ kind: PostgresTransaction.Kind, waiting patience: Duration? = nil, within longest: Duration? = nil,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> Value
    ) async throws -> Value {
        let now = clock.elapsed()
        let turn = PoolTurn(kind, until: now + (longest ?? deadlines.transaction), body)
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock, deadlines, threads] in
                do {
                    try await clock.sleep(patience ?? deadlines.wait)
                } catch {
                    return
                }
                threads.expire(turn)
            }
            defer { group.cancelAll() }
            return await answer(of: turn)
        }
        return try result.get()
    }

    private func answer<Value>(of turn: PoolTurn<Value>) async -> Result<Value, any Error> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                if turn.wait(answer) {
                    threads.enqueue(turn)
                } else {
                    answer.resume(returning: .failure(CancellationError()))
                }
            }
        } onCancel: {
            threads.cancel(turn)
        }
    }
}

/// The threads of a pool; they hold this, and not the pool, so that a pool that nobody holds ends.
final class PoolThreads: Sendable {
    private let servers: PostgresServers
    private let clock: PostgresClock
    private let deadlines: PostgresDeadlines
    private let state: Mutex<PoolState>
    private let wakes: [DispatchSemaphore]
    private let canceller = Canceller()

    init(
        to servers: PostgresServers, _ count: Int, waiting limit: Int, _ clock: PostgresClock,
        _ deadlines: PostgresDeadlines
    ) {
        self.servers = servers
        self.clock = clock
        self.deadlines = deadlines
        state = Mutex(PoolState(limit: limit))
        wakes = (0..<count).map { _ in DispatchSemaphore(value: 0) }
    }

    func start() {
        for number in wakes.indices {
            let thread = Thread { [self] in work(number) }
            thread.name = "postgres-\(number)"
            thread.start()
        }
    }

    func stop() {
        let turns = state.withLock { $0.stop() }
        for turn in turns { turn.end(with: PostgresFailure(.turnedAway, "the pool is closed")) }
        for wake in wakes { wake.signal() }
    }

    var trouble: PostgresFailure? { state.withLock { $0.trouble } }

    func enqueue(_ turn: any QueuedTurn) {
        let (isTaken, wake, isStopped) = state.withLock { state in
            let (isTaken, wake) = state.enqueue(turn)
            return (isTaken, wake, state.isStopped)
        }
        if let wake { wakes[wake].signal() }
        guard !isTaken else { return }
        let sentence = isStopped ? "the pool is closed" : "too many wait for a connection"
        turn.end(with: PostgresFailure(.turnedAway, sentence))
    }

    /// Answers a turn that has waited for too long, with what is wrong with the server if that is known.
    func expire(_ turn: any QueuedTurn) {
        let trouble = state.withLock { state in
            state.remove(turn)
            return state.trouble
        }
        turn.end(with: trouble ?? PostgresFailure(.late, "no connection was free in time"))
    }

    func cancel(_ turn: any QueuedTurn) {
        state.withLock { $0.remove(turn) }
        turn.end(with: CancellationError())
    }

    private func work(_ number: Int) {
        var connection: PostgresConnection?
        var (era, doubt) = (0, 0)
        while true {
            let (step, present) = state.withLock { state in
                let bond: PoolState.Bond =
                    connection == nil || era != state.era ? .none : doubt == state.doubt ? .trusted : .doubtful
                return (state.next(for: number, bond, now: clock.elapsed()), (era: state.era, doubt: state.doubt))
            }
            switch step {
            case .stop: return
            case .sleep: wakes[number].wait()
            case .pause(let pause):
                _ = wakes[number].wait(timeout: .now() + .milliseconds(Int(pause.millisecondsUp)))
            case .connect:
                connection = connect(number)
                (era, doubt) = present
            case .probe:
                doubt = present.doubt
                guard let used = connection, !used.isAnswered() else { continue }
                connection = nil
                leaveServer(of: era)
            case .run(let turn):
                guard let used = connection else { continue }
                run(turn, on: used, of: era)
                if used.isSpent { connection = nil }
            }
        }
    }

    private func connect(_ number: Int) -> PostgresConnection? {
        do throws(PostgresFailure) {
            let connection = try PostgresConnection.open(servers, clock: clock, deadlines: deadlines)
            let woken = state.withLock { $0.connected(number) }
            for wake in woken { wakes[wake].signal() }
            return connection
        } catch {
            state.withLock { state in
                state.failed(number, error, now: clock.elapsed(), chance: clock.fraction())
            }
            return nil
        }
    }

    private func leaveServer(of era: Int) {
        if state.withLock({ $0.leaveServer(of: era) }) { servers.leave() }
    }

    private func run(_ turn: any QueuedTurn, on connection: PostgresConnection, of era: Int) {
        let ending = turn.run(on: connection) {
            if connection.isReadOnly { leaveServer(of: era) }
            guard connection.wasSilent else { return }
            for idle in state.withLock({ $0.suspect() }) { wakes[idle].signal() }
        }
        if connection.isSpent { canceller.cancel(connection) }
        guard case .again(let failure) = ending, turn.waitAgain(or: failure, now: clock.elapsed()) else { return }
        let (isTaken, wake) = state.withLock { $0.putBack(turn) }
        if let wake { wakes[wake].signal() }
        if !isTaken { turn.end(with: PostgresFailure(.turnedAway, "the pool is closed")) }
    }
}
