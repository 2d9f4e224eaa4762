import Foundation
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct DrainingTests {
    @Test(arguments: 1...20) func `no request that was sent fails when the gateway is told to stop`(
        run: Int
    ) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), server: "log: {level: info}")
        let load = KeepAliveLoad(clients: 16, to: .port(gateway.port))
        await load.waitForAnswers(400)
        #expect(await gateway.process.end() == 0)
        let result = await load.result()
        #expect(result.unanswered == 0)
        #expect(result.statuses == [401])
        #expect(result.ends == 16, "each client was told in an answer that its connection ends")
    }
}

extension DrainingTests {
    /// Connections come in while the listener closes. The system resets those that it has not taken yet; the others get
    /// their answer, and the process ends in order.
    @Test(arguments: 1...10) func `connections that are just being set up do not bring the gateway down`(
        run: Int
    ) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), server: "log: {level: info}")
        let load = NewConnectionLoad(clients: 8, to: .port(gateway.port))
        await load.waitForAnswers(100)
        let status = await gateway.process.end()
        load.stop()
        #expect(status == 0, "\(gateway.process.transcript.suffix(2000))")
    }
}

/// Clients that each open a connection for a request, one after the other, until they are stopped.
private final class NewConnectionLoad: Sendable {
    private let answers = Mutex(0)
    private let isStopped = Mutex(false)
    private let (changes, changed) = AsyncStream.makeStream(of: Void.self)

    init(clients: Int, to address: LocalAddress) {
        for _ in 0..<clients {
            Thread.detachNewThread { [self] in
                while !isStopped.withLock({ $0 }) {
                    guard let connection = try? OpenSocket(to: address) else { continue }
                    connection.send("GET /auth/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    guard connection.answer() != nil else { continue }
                    answers.withLock { $0 += 1 }
                    changed.yield()
                }
            }
        }
    }

    func waitForAnswers(_ count: Int) async {
        for await _ in changes where answers.withLock({ $0 >= count }) { return }
    }

    func stop() { isStopped.withLock { $0 = true } }
}

/// Clients that each ask again on the same connection as soon as they have an answer, until one says that it is the
/// connection's last.
private final class KeepAliveLoad: Sendable {
    struct Result {
        var answers = 0
        var unanswered = 0
        var statuses: Set<Int> = []
        var ends = 0
        var running = 0
    }

    private let state = Mutex(Result())
    private let (changes, changed) = AsyncStream.makeStream(of: Void.self)

    init(clients: Int, to address: LocalAddress) {
        state.withLock { $0.running = clients }
        for _ in 0..<clients {
            Thread.detachNewThread { [self] in
                run(address)
                note { $0.running -= 1 }
            }
        }
    }

    func waitForAnswers(_ count: Int) async { await wait { $0.answers >= count } }

    func result() async -> Result {
        await wait { $0.running == 0 }
        return state.withLock { $0 }
    }

    private func wait(until condition: (Result) -> Bool) async {
        if state.withLock({ condition($0) }) { return }
        for await _ in changes where state.withLock({ condition($0) }) { return }
    }

    private func run(_ address: LocalAddress) {
        guard let connection = try? OpenSocket(to: address) else { return note { $0.unanswered += 1 } }
        while true {
            connection.send("GET /auth/verify HTTP/1.1\r\nHost: localhost\r\n\r\n")
            guard let answer = connection.answer() else { return note { $0.unanswered += 1 } }
            let isLast = answer["connection"] == "close"
            note {
                $0.answers += 1
                $0.statuses.insert(answer.status)
                if isLast { $0.ends += 1 }
            }
            if isLast { return }
        }
    }

    private func note(_ change: (inout Result) -> Void) {
        state.withLock { change(&$0) }
        changed.yield()
    }
}
