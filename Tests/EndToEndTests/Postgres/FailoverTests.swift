import Foundation
import GatewayTestServers
import Synchronization
import Testing

/// A primary and a synchronous standby, of which the primary is killed and the standby promoted, again and again, under
/// a stream of requests to one gateway.
@Suite(.needsPostgres, .timeLimit(.minutes(15))) struct FailoverTests {
    private static let rounds = 10

    @Test func `ten failovers lose nothing that was answered, and verification never stops`() async throws {
        var primary = try await PostgresCluster.start(["fsync=on"])
        let folder = try TestFolder()
        let database = try await primary.makeDatabase()
        var standby = try await primary.addStandby()
        let url = "postgres://postgres@127.0.0.1:\(primary.port),127.0.0.1:\(standby.port)/\(database)"
        let deployment = PostgresDeployment(cluster: primary, folder: folder, database: database, url: url)
        try await deployment.prepare()
        let gateway = try await deployment.start()
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let stream = WriteStream(gateway: gateway)
        var pauses: [Duration] = []
        try await withThrowingTaskGroup(of: Void.self) { clients in
            for client in 0..<4 { clients.addTask { try await stream.write(as: client) } }
            clients.addTask { try await stream.refresh() }
            clients.addTask { try await stream.verify(token) }
            for _ in 0..<Self.rounds {
                try await stream.waitForWrites(20)
                let killed = ContinuousClock.now
                await primary.crash()
                let gone = ContinuousClock.now
                try await standby.promote()
                pauses.append(try await stream.firstWrite(begunAfter: gone) - killed)
                let port = primary.port
                primary = standby
                standby = try await primary.addStandby(port: port)
            }
            stream.stop()
            try await clients.waitForAll()
        }
        let shown = pauses.sorted().map { $0.formatted(.units(fractionalPart: .show(length: 2))) }
        print("failover: writes resumed after \(shown)")
        // What else the machine does may hold one up.
        #expect(pauses.sorted()[Self.rounds / 2] <= .seconds(5))
        #expect(pauses.allSatisfy { $0 <= .seconds(20) })
        let names = stream.registered
        print("failover: \(names.count) accounts, \(stream.unanswered) requests told 503, \(stream.verified) verified")
        #expect(names.count >= Self.rounds)
        for name in names { #expect(try await gateway.logIn(name, CrashedLife.password).status == 200, "\(name)") }
        let doubled = "SELECT count(*) FROM (SELECT username FROM accounts GROUP BY 1 HAVING count(*) > 1) AS doubled"
        #expect(try await primary.sql(doubled, in: database) == "0")
        #expect(await gateway.process.end() == 0)
    }
}

/// Clients that go on whatever they are told, and note what was answered and when.
private final class WriteStream: Sendable {
    private struct State {
        var isOver = false
        var registered: [String] = []
        /// When each request of a write was begun, and answered.
        var writes: [(begun: ContinuousClock.Instant, answered: ContinuousClock.Instant)] = []
        var unanswered = 0
        var verified = 0
    }

    private let gateway: GatewayProcess
    private let state = Mutex(State())

    init(gateway: GatewayProcess) { self.gateway = gateway }

    var registered: [String] { state.withLock(\.registered) }
    var unanswered: Int { state.withLock(\.unanswered) }
    var verified: Int { state.withLock(\.verified) }
    private var isOver: Bool { state.withLock(\.isOver) }

    func stop() { state.withLock { $0.isOver = true } }

    /// Registers one person after the other, and logs each in.
    func write(as client: Int) async throws {
        var number = 0
        while !isOver {
            defer { number += 1 }
            let name = "c\(client)n\(number)"
            // Who was told 503 may be there all the same, and is told so then.
            _ = try await told([201, 409]) { try await self.gateway.register(name, CrashedLife.password) }
            state.withLock { $0.registered.append(name) }
            _ = try await told([200]) { try await self.gateway.logIn(name, CrashedLife.password) }
        }
    }

    /// Rotates one session's refresh token, again with the same one where no answer came.
    func refresh() async throws {
        _ = try await told([201, 409]) { try await self.gateway.register("refresher", CrashedLife.password) }
        var token = try await told([200]) { try await self.gateway.logIn("refresher", CrashedLife.password) }
            .text("refresh_token")
        while !isOver {
            let sent = token
            token = try await told([200]) { try await TourTests.refresh(sent, at: self.gateway) }.text("refresh_token")
        }
    }

    /// Asks about a token that is known.
    func verify(_ token: String) async throws {
        while !isOver {
            #expect(try await gateway.verify(token) == 200)
            state.withLock { $0.verified += 1 }
        }
    }

    /// Waits until so many more writes were answered, with nothing to tell of them.
    func waitForWrites(_ count: Int) async throws {
        let before = state.withLock(\.writes.count)
        while state.withLock(\.writes.count) < before + count { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// When the first write was answered that was begun after a moment.
    func firstWrite(begunAfter moment: ContinuousClock.Instant) async throws -> ContinuousClock.Instant {
        while true {
            let found = state.withLock { $0.writes.filter { $0.begun > moment }.map(\.answered).min() }
            if let found { return found }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Asks until it is told one of these; nothing but 503 may come before.
    private func told(_ statuses: [Int], _ ask: () async throws -> HTTPAnswer) async throws -> HTTPAnswer {
        while true {
            let begun = ContinuousClock.now
            let answer = try await ask()
            if statuses.contains(answer.status) {
                state.withLock { $0.writes.append((begun, .now)) }
                return answer
            }
            try #require(answer.status == 503, "\(answer.body)")
            state.withLock { $0.unanswered += 1 }
        }
    }
}
