import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct KillTests {
    @Test func `a hundred kills lose nothing that was answered, leave nothing half done and log nobody out`()
        async throws
    {
        let folder = try TestFolder()
        for round in 1...100 {
            let gateway = try await Self.start(in: folder)
            let journal = CrashJournal()
            await withTaskGroup(of: Void.self) { clients in
                for client in 1...4 {
                    clients.addTask { await Self.live("r\(round)c\(client)", at: gateway, noting: journal) }
                }
                // Never twice at the same place: the answers so far vary by round.
                await journal.wait(for: 5 + round * 7 % 23)
                await gateway.process.end(SIGKILL)
            }
            let survivor = try await Self.start(in: folder)
            for person in journal.people { try await Self.audit(person, at: survivor, round: round) }
            #expect(await survivor.process.end() == 0)
        }
        let check = try await RunningProcess.run(
            try #require(Program.path(of: "python3")), ["-c", Self.integrity], folder: folder.url)
        #expect(check.output == "ok []")
    }

    private static let password = "correct horse battery"

    private static func start(in folder: TestFolder) async throws -> GatewayProcess {
        try await GatewayProcess.start(
            in: folder, server: "log: {level: info}",
            extra: "passwords: {use: argon2id, memory: 8MiB, iterations: 1}\npipeline: []\n")
    }

    /// Registers people, logs them in and refreshes their tokens, one after the other, until the gateway is gone.
    private static func live(_ client: String, at gateway: GatewayProcess, noting journal: CrashJournal) async {
        for number in 1... {
            let name = "\(client)n\(number)"
            journal.asks(name)
            guard let registered = try? await register(name, at: gateway), registered.status == 201 else { return }
            journal.answered(name) { $0.isRegistered = true }
            guard var token = try? await gateway.logIn(name, password).text("refresh_token") else { return }
            let first = token
            journal.answered(name) { $0.token = first }
            for _ in 1...2 {
                journal.sends(token, of: name)
                guard let next = try? await refresh(token, at: gateway).text("refresh_token") else { return }
                journal.answered(name) { ($0.token, $0.sent) = (next, nil) }
                token = next
            }
        }
    }

    private static func audit(_ person: CrashJournal.Person, at gateway: GatewayProcess, round: Int) async throws {
        let login = try await gateway.logIn(person.name, password).status
        if person.isRegistered {
            #expect(login == 200, "round \(round): \(person.name) was told 201")
        } else if login != 200 {
            // Nobody was told, so either all of it is there or nothing.
            #expect(login == 401)
            let again = try await register(person.name, at: gateway).status
            #expect(again == 201, "round \(round): \(person.name) is half there")
        }
        if let token = person.sent ?? person.token {
            let refreshed = try await refresh(token, at: gateway).status
            #expect(refreshed == 200, "round \(round): \(person.name) is logged out")
        }
    }

    private static func register(_ name: String, at gateway: GatewayProcess) async throws -> HTTPAnswer {
        let json = #"{"username":"\#(name)","email":"\#(name)@example.com","password":"\#(password)"}"#
        return try await gateway.send("POST", "/auth/register", json: json)
    }

    private static func refresh(_ token: String, at gateway: GatewayProcess) async throws -> HTTPAnswer {
        try await gateway.send("POST", "/auth/refresh", json: #"{"refresh_token":"\#(token)"}"#)
    }

    /// What SQLite itself says of the file, and which rows refer to none.
    private static let integrity = """
        import sqlite3
        store = sqlite3.connect("data/auth-gateway.db")
        broken = store.execute("PRAGMA foreign_key_check").fetchall()
        print(store.execute("PRAGMA integrity_check").fetchone()[0], broken)
        """
}
