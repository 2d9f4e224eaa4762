import Foundation
import GatewayTestServers
import Testing

/// The real binary over a real PostgreSQL server.
@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct PostgresStoreTests {
    @Test func `a new database is brought up by an operator, and says so until it is`() async throws {
        let deployment = try await PostgresDeployment.new(on: .shared())
        let folder = deployment.folder
        try folder.write("config.yaml", deployment.settings)
        let topics = try FileManager.default.contentsOfDirectory(atPath: Project.folder + "/sql/postgres").sorted()
            .map { file in
                let topic = file.dropFirst("v0001_".count).prefix { $0 != "." }
                return (Int(file.dropFirst().prefix(4)) ?? 0, String(topic))
            }
        let missing = topics.map { "\($0)  \($1)  missing" }.joined(separator: "\n")
        #expect(try await GatewayProcess.run(["migrate", "--status"], in: folder) == (1, missing))

        let refused = try await GatewayProcess.run(["serve"], in: folder)
        #expect(refused.status == 1)
        #expect(refused.output.contains("\(topics.count) schema scripts are not applied: run 'auth-gateway migrate'"))

        let migrated = try await GatewayProcess.run(["migrate"], in: folder)
        #expect(migrated.status == 0)
        #expect(migrated.output.hasPrefix(topics.map { "applied \($0) \($1)\n" }.joined()))
        #expect(try await GatewayProcess.run(["migrate", "--status"], in: folder).status == 0)

        let keyless = try await GatewayProcess.run(["serve"], in: folder)
        #expect(keyless.status == 1)
        #expect(keyless.output.contains("data/secret.key is missing; all gateways of one database have the same"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("data/secret.key")))

        try deployment.makeSecretFile()
        let gateway = try await deployment.start()
        _ = try await TourTests.registerAndLogIn(at: gateway)
        let users = try await gateway.run(["users", "list", "--config", "config.yaml"])
        #expect(users.output.contains("johndoe"))
        #expect(await gateway.process.end() == 0)
    }

    @Test func `two gateways of one database are one: accounts, sessions, and what ends within a second`() async throws
    {
        let deployment = try await PostgresDeployment.ready(on: .shared())
        let (first, second) = (try await deployment.start(), try await deployment.start())
        let login = try await TourTests.registerAndLogIn(at: first)
        let token = try login.text("access_token")
        #expect(try await second.verify(token) == 200)
        #expect(try await second.get("/auth/me", token: token).text("username") == "johndoe")
        let refreshed = try await TourTests.refresh(login.text("refresh_token"), at: second)
        #expect(refreshed.status == 200)
        #expect(try await first.send("POST", "/auth/logout", json: "{}", token: token).status == 204)
        try await GatewayProcess.expectWithinASecond { try await second.verify(token) == 401 }
        let repeated = try await TourTests.refresh(refreshed.text("refresh_token"), at: second)
        #expect(repeated.status == 401)
        #expect(await first.process.end() == 0)
        #expect(await second.process.end(SIGKILL) == SIGKILL)
        let third = try await deployment.start()
        #expect(try await third.logIn("johndoe", "correct horse battery").status == 200)
        await third.end()
    }

    @Test func `two imports of one file at once make each account once, and their export is the file`() async throws {
        let deployment = try await PostgresDeployment.ready(on: .shared())
        let lines = (1001...2400).map { number in
            #"{"id":"old-\#(number)","username":"user\#(number)","email":"u\#(number)@example.com","#
                + #""email_verified":true,"groups":[],"disabled":false,"created_at":"2024-01-02T03:04:05.000Z","#
                + #""password_hash":"$2b$04$gL5rpo04Sh7GBq8OiaW.XOUv2N3dm.EkTNIkQWLCd3mDHiHa4/Gum"}"#
        }
        try deployment.folder.write("users.jsonl", lines.joined(separator: "\n"))
        let arguments = ["users", "import", "users.jsonl"]
        async let first = GatewayProcess.run(arguments, in: deployment.folder)
        async let second = GatewayProcess.run(arguments, in: deployment.folder)
        let counts = try await [first, second].map { run in
            try #require(run.output.wholeMatch(of: /(\d+) imported, (\d+) already there, 0 refused/), "\(run.output)")
        }
        #expect(counts.compactMap { Int($0.1) }.reduce(0, +) == lines.count)
        #expect(counts.compactMap { Int($0.2) }.reduce(0, +) == lines.count)
        let exported = try await GatewayProcess.run(["users", "export", "--with-hashes"], in: deployment.folder)
        #expect(exported == (0, lines.joined(separator: "\n")))
    }

    @Test func `fifty who register one name at once are one account`() async throws {
        let deployment = try await PostgresDeployment.ready(on: .shared())
        let gateways = [try await deployment.start(), try await deployment.start()]
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                group.addTask { try await gateways[number % 2].register("ada", "correct horse battery").status }
            }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(statuses[201] == 1, "\(statuses)")
        #expect(statuses.keys.allSatisfy { [201, 409, 503].contains($0) }, "\(statuses)")
        for gateway in gateways { await gateway.end() }
    }
}
