import Synchronization
import Testing

@testable import GatewayPostgres

@Suite struct PoolStateTests {
    @Test func `who has a connection is woken before who has none`() {
        var state = PoolState(limit: 9)
        for thread in 0..<3 { #expect(state.step(thread, isConnected: thread == 1) == "sleep") }
        #expect(state.enqueue(Turn()).wake == 1)
        #expect(state.enqueue(Turn()).wake == 2)
        #expect(state.enqueue(Turn()).wake == 0)
        #expect(state.enqueue(Turn()).wake == nil)
    }

    @Test func `turns are taken in their order, over ones passed by, begun ones first`() {
        var state = PoolState(limit: 9)
        let turns = (0..<4).map { _ in Turn() }
        for turn in turns { _ = state.enqueue(turn) }
        turns[1].end(with: CancellationError())
        #expect(state.taken() === turns[0])
        #expect(state.taken() === turns[2])
        _ = state.putBack(turns[2])
        turns[2].isOver.store(false, ordering: .relaxed)
        #expect(state.taken() === turns[2])
        state.remove(turns[3])
        #expect(state.step(0, isConnected: true) == "sleep")
    }

    @Test func `what has lost its connection while the pool was closed is not taken back`() {
        var state = PoolState(limit: 9)
        #expect(state.putBack(Turn()).isTaken)
        #expect(state.stop().count == 1)
        #expect(!state.putBack(Turn()).isTaken)
        #expect(state.queue.isEmpty)
    }

    @Test func `while a server is away one thread tries, less and less often`() {
        var state = PoolState(limit: 9)
        for _ in 0..<3 { _ = state.enqueue(Turn()) }
        #expect(state.step(0) == "connect" && state.step(1) == "connect")
        state.failed(0, failure, now: .zero, chance: 0)
        state.failed(1, failure, now: .zero, chance: 0)
        #expect(state.trouble == failure)
        #expect(state.step(0) == "pause 0.1 seconds")
        #expect(state.step(1) == "sleep" && state.step(2) == "sleep")
        #expect(state.step(0, at: .milliseconds(100)) == "connect")
        for _ in 0..<10 { state.failed(0, failure, now: .zero, chance: 1) }
        #expect(state.step(0) == "pause 0.5 seconds")
        #expect(state.connected(0).count == 2)
        #expect(state.trouble == nil)
        #expect(state.step(1) == "connect" && state.step(2) == "connect")
    }

    @Test func `who tries leaves it to another when nobody waits any more`() {
        var state = PoolState(limit: 9)
        let turn = Turn()
        _ = state.enqueue(turn)
        state.failed(0, failure, now: .zero, chance: 0)
        #expect(state.step(0) == "pause 0.05 seconds")
        state.remove(turn)
        #expect(state.step(0) == "sleep")
        _ = state.enqueue(Turn())
        #expect(state.step(1) == "pause 0.05 seconds")
    }

    @Test func `a server that takes no writes is left once, whoever finds out`() {
        var state = PoolState(limit: 9)
        state.leaveServer(of: 0)
        state.leaveServer(of: 0)
        #expect(state.era == 1)
        state.leaveServer(of: 1)
        #expect(state.era == 2)
    }

    @Test func `where a server was silent, who has an idle connection asks before the next turn`() {
        var state = PoolState(limit: 9)
        for thread in 0..<3 { #expect(state.step(thread, isConnected: thread > 0) == "sleep") }
        #expect(state.suspect() == [1, 2])
        #expect(state.doubt == 1)
        #expect(state.enqueue(Turn()).wake == 0, "who is about to ask is not the next sleeper")
        #expect(state.step(1, .doubtful) == "probe")
        #expect(state.step(1, .trusted) == "run")
        #expect(state.suspect() == [])
    }

    @Test func `a full queue takes no more, and none does once it is stopped`() {
        var state = PoolState(limit: 1)
        #expect(state.enqueue(Turn()).isTaken)
        #expect(!state.enqueue(Turn()).isTaken)
        #expect(state.stop().count == 1)
        #expect(!state.enqueue(Turn()).isTaken)
        #expect(state.step(0, isConnected: true) == "stop")
    }

    private let failure = PostgresFailure(.unreachable(nil), "away")
}

/// Does nothing.
private final class Turn: QueuedTurn {
    let deadline = Duration.zero
    let isOver = Atomic(false)

    func begin() -> Bool { !isOver.exchange(true, ordering: .relaxed) }
    func run(on connection: PostgresConnection, noting: () -> Void) -> TurnEnding { .over }
    func end(with failure: any Error) { isOver.store(true, ordering: .relaxed) }
    func waitAgain(or failure: PostgresFailure, now: Duration) -> Bool { false }
}

extension PoolState {
    fileprivate mutating func step(_ thread: Int, isConnected: Bool = false, at now: Duration = .zero) -> String {
        step(thread, isConnected ? .trusted : .none, at: now)
    }

    fileprivate mutating func step(_ thread: Int, _ bond: Bond, at now: Duration = .zero) -> String {
        switch next(for: thread, bond, now: now) {
        case .run: "run"
        case .connect: "connect"
        case .probe: "probe"
        case .pause(let pause): "pause \(pause)"
        case .sleep: "sleep"
        case .stop: "stop"
        }
    }

    fileprivate mutating func taken() -> Turn? {
        guard case .run(let turn) = next(for: 0, .trusted, now: .zero) else { return nil }
        return turn as? Turn
    }
}
