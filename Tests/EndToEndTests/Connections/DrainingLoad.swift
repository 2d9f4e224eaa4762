import Foundation
import Synchronization

/// Clients that each ask again on the same connection as soon as they have an answer, until one says that it is the
/// connection's last.
final class KeepAliveLoad: Sendable {
    struct Result {
        var answers = 0
        var unanswered = 0
        var statuses: Set<Int> = []
        var ends = 0
        var running = 0
    }

    private let state = Watched(Result())

    /// A client for each request.
    init(of requests: [String], to address: LocalAddress) {
        state.change { $0.running = requests.count }
        for request in requests {
            Thread.detachNewThread { [self] in
                run(request, address)
                state.change { $0.running -= 1 }
            }
        }
    }

    func waitForAnswers(_ count: Int) async { await state.wait { $0.answers >= count || $0.running == 0 } }

    func result() async -> Result {
        await state.wait { $0.running == 0 }
        return state.value
    }

    private func run(_ request: String, _ address: LocalAddress) {
        guard let connection = try? OpenSocket(to: address) else { return state.change { $0.unanswered += 1 } }
        while true {
            connection.send(request)
            guard let answer = connection.answer() else { return state.change { $0.unanswered += 1 } }
            let isLast = answer["connection"] == "close"
            state.change {
                $0.answers += 1
                $0.statuses.insert(answer.status)
                if isLast { $0.ends += 1 }
            }
            if isLast { return }
        }
    }
}

/// Clients that each open a connection for a request, one after the other, until they are stopped.
final class NewConnectionLoad: Sendable {
    struct Result {
        var statuses: Set<Int> = []
        /// The clients' ports of connections whose request has an answer.
        var answered: [Int] = []
        /// Those of connections that were made, and whose request has none.
        var unanswered: [Int] = []
        /// How many clients found nobody listen, which ends them.
        var refused = 0
        /// The longest that a client was without an answer.
        var longest = Duration.zero
        fileprivate var running = 0
        fileprivate var isStopped = false
    }

    private let state = Watched(Result())

    /// A client for each request.
    init(of requests: [String], to address: LocalAddress) {
        state.change { $0.running = requests.count }
        for request in requests {
            Thread.detachNewThread { [self] in
                while !state.value.isStopped {
                    let start = ContinuousClock.now
                    // Where nobody listens any more nothing is sent.
                    guard let connection = try? OpenSocket(to: address) else {
                        state.change { $0.refused += 1 }
                        break
                    }
                    connection.send(request)
                    let status = connection.answer()?.status
                    state.change {
                        $0.longest = max($0.longest, ContinuousClock.now - start)
                        if let status {
                            $0.statuses.insert(status)
                            $0.answered.append(connection.port)
                        } else {
                            $0.unanswered.append(connection.port)
                        }
                    }
                }
                state.change { $0.running -= 1 }
            }
        }
    }

    func waitForAnswers(_ count: Int) async { await state.wait { $0.answered.count >= count || $0.running == 0 } }

    /// Lets the clients end with what they are at.
    func stop() async -> Result {
        state.change { $0.isStopped = true }
        await state.wait { $0.running == 0 }
        return state.value
    }
}

/// A value that threads change and one task waits for.
private final class Watched<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    private let (changes, changed) = AsyncStream.makeStream(of: Void.self)

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func change(_ change: (inout Value) -> Void) {
        state.withLock { change(&$0) }
        changed.yield()
    }

    func wait(until condition: (Value) -> Bool) async {
        if condition(value) { return }
        for await _ in changes where condition(value) { return }
    }
}
