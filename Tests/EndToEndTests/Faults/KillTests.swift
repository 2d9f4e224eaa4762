import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct KillTests {
    @Test func `a hundred kills lose nothing that was answered, leave nothing half done and log nobody out`()
        async throws
    {
        let folder = try TestFolder()
        var (logouts, changes, contests) = (0, 0, 0)
        for round in 1...100 {
            let gateway = try await Self.start(in: folder)
            let journal = CrashJournal()
            await withTaskGroup(of: Void.self) { clients in
                for client in 1...4 {
                    let life = CrashedLife(gateway: gateway, journal: journal, client: client)
                    clients.addTask { await life.live(named: "r\(round)c\(client)") }
                }
                // Never twice at the same place: the answers so far vary by round.
                await journal.wait(for: 5 + round * 7 % 23)
                await gateway.process.end(SIGKILL)
            }
            let survivor = try await Self.start(in: folder)
            for person in journal.people { try await CrashAudit(gateway: survivor, round: round).audit(person) }
            #expect(await survivor.process.end() == 0)
            logouts += journal.people.count { $0.logout == .answered }
            changes += journal.people.count { $0.change == .answered }
            contests += journal.people.count { $0.isContested }
        }
        try await StoreIntegrity.expectWhole(in: folder)
        // They all came to pass, and not once or twice.
        #expect(min(logouts, changes, contests) >= 20, "\(logouts) logouts, \(changes) changes, \(contests) contests")
    }

    private static func start(in folder: TestFolder) async throws -> GatewayProcess {
        try await GatewayProcess.start(
            in: folder, server: "log: {level: info}", extra: GatewayProcess.quick)
    }
}
