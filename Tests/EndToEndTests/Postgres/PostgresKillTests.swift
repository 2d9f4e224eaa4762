import Foundation
import GatewayTestServers
import Synchronization
import Testing

/// `KillTests` over PostgreSQL: what the server does with what a killed client has begun.
@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct PostgresKillTests {
    @Test func `twenty kills lose nothing that was answered, leave nothing half done and log nobody out`() async throws
    {
        let deployment = try await PostgresDeployment.ready(on: .shared())
        for round in 1...20 {
            let gateway = try await deployment.start()
            let journal = CrashJournal()
            await withTaskGroup(of: Void.self) { clients in
                for client in 1...4 {
                    let life = CrashedLife(gateway: gateway, journal: journal, client: client)
                    clients.addTask { await life.live(named: "r\(round)c\(client)") }
                }
                await journal.wait(for: 5 + round * 7 % 23)
                await gateway.process.end(SIGKILL)
            }
            let survivor = try await deployment.start()
            for person in journal.people { try await CrashAudit(gateway: survivor, round: round).audit(person) }
            #expect(await survivor.process.end() == 0)
        }
    }

    @Test func `a database server that is killed at any time loses nothing that was answered either`() async throws {
        let cluster = try await PostgresCluster.start(["fsync=on"])
        let deployment = try await PostgresDeployment.ready(on: cluster)
        let gateway = try await deployment.start()
        for round in 1...5 {
            // It has found the server again before clients count on it.
            while try await gateway.register("free\(round)", CrashedLife.password).status == 503 {
                try Task.checkCancellation()
            }
            let answered = Answers()
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for client in 1...4 {
                    clients.addTask {
                        for number in 1... {
                            let name = "d\(round)c\(client)n\(number)"
                            let status = try await gateway.register(name, CrashedLife.password).status
                            answered.statuses.withLock { $0[name] = status }
                            if status != 201 || answered.areEnough.load(ordering: .relaxed) { return }
                        }
                    }
                }
                // Never twice at the same place.
                while answered.statuses.withLock({ $0.count }) < 5 + round * 7 % 23 {
                    try await Task.sleep(for: .milliseconds(1))
                }
                await cluster.crash()
                try await cluster.start()
                answered.areEnough.store(true, ordering: .relaxed)
                try await clients.waitForAll()
            }
            for (name, status) in answered.statuses.withLock({ $0 }) {
                #expect([201, 503].contains(status))
                // Nobody was told, so either all of it is there or nothing.
                if status == 503 {
                    let repeated = try await gateway.register(name, CrashedLife.password)
                    #expect([201, 409].contains(repeated.status), "\(repeated.body)")
                }
                let login = try await gateway.logIn(name, CrashedLife.password)
                #expect(login.status == 200, "round \(round): \(name) was told \(status)")
            }
        }
        #expect(await gateway.process.end() == 0)
    }
}

/// What clients were told, by the name that they asked for.
private final class Answers: Sendable {
    let statuses = Mutex<[String: Int]>([:])
    /// Who was asked before the server was killed is often told 201 after it: the closure has run again.
    let areEnough = Atomic(false)
}
