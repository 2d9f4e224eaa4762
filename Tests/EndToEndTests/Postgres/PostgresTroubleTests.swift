import Foundation
import GatewayTestServers
import Synchronization
import Testing

/// What a gateway does while its database does not.
@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct PostgresTroubleTests {
    @Test(arguments: [Trouble.frozen, .killed, .stopped])
    func `a server that is away is 503 in time, tokens pass meanwhile, and it is found again without a restart`(
        trouble: Trouble
    ) async throws {
        let cluster = try await PostgresCluster.start(["fsync=on"])
        let deployment = try await PostgresDeployment.ready(on: cluster)
        let gateway = try await deployment.start()
        let login = try await TourTests.registerAndLogIn(at: gateway)
        let token = try login.text("access_token")
        await trouble.begin(on: cluster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { Self.expectRefused(try await gateway.logIn("johndoe", "correct horse battery")) }
            group.addTask { Self.expectRefused(try await gateway.register("late", "correct horse battery")) }
            group.addTask { Self.expectRefused(try await gateway.get("/auth/me", token: token)) }
            group.addTask {
                let status = try await gateway.verify(token)
                #expect(status == 200)
            }
            let begun = ContinuousClock.now
            try await group.waitForAll()
            // A transaction may take six seconds and a commit two more; the rest is for a busy machine.
            #expect(ContinuousClock.now - begun < .seconds(14))
        }
        #expect(try await gateway.verify(token) == 200)
        try await trouble.end(on: cluster)
        while ![201, 409].contains(try await gateway.register("after", "correct horse battery").status) {
            try Task.checkCancellation()
        }
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 200)
        let refreshed = try await TourTests.refresh(login.text("refresh_token"), at: gateway)
        #expect(refreshed.status == 200)
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a server whose connections others have taken is 503 in time, tokens pass, and it is found again`()
        async throws
    {
        let cluster = try await PostgresCluster.start(["max_connections=9", "superuser_reserved_connections=3"])
        var deployment = try await PostgresDeployment.new(on: cluster)
        try await cluster.sql("CREATE ROLE gateway LOGIN; CREATE ROLE other LOGIN")
        try await cluster.sql("ALTER DATABASE \(deployment.database) OWNER TO gateway")
        deployment.url = cluster.url(deployment.database, user: "gateway")
        try await deployment.prepare()
        let gateway = try await deployment.start()
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        #expect(try await gateway.verify(token) == 200)
        let unseen = try await gateway.logIn("johndoe", "correct horse battery").text("access_token")
        try await whileOthersHaveAll(of: cluster) {
            let begun = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { Self.expectRefused(try await gateway.logIn("johndoe", "correct horse battery")) }
                group.addTask { Self.expectRefused(try await gateway.register("late", "correct horse battery")) }
                group.addTask { Self.expectRefused(try await gateway.get("/auth/me", token: token)) }
                group.addTask {
                    let statuses = [try await gateway.verify(token), try await gateway.verify(unseen)]
                    #expect(statuses == [200, 200])
                }
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - begun < .seconds(14))
            #expect(try await gateway.verify(token) == 200)
        }
        while ![201, 409].contains(try await gateway.register("after", "correct horse battery").status) {
            try Task.checkCancellation()
        }
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 200)
        #expect(await gateway.process.end() == 0)
        #expect(gateway.process.transcript.contains("53300"))
    }

    /// Has others take each connection of a cluster but the superuser's, the gateway's too, and lets go of them after.
    private func whileOthersHaveAll(of cluster: PostgresCluster, _ body: () async throws -> Void) async throws {
        let end = End()
        try await withThrowingTaskGroup(of: Void.self) { others in
            for _ in 0..<6 {
                others.addTask {
                    while !Task.isCancelled, !end.hasCome.load(ordering: .acquiring) {
                        // Fails while there is none to have, and at last when it is taken away.
                        _ = try? await cluster.sql("SELECT pg_sleep(600)", as: "other")
                    }
                }
            }
            let ending = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename ="
            while try await cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'other'") != "6" {
                try await cluster.sql("\(ending) 'gateway'")
            }
            try await body()
            end.hasCome.store(true, ordering: .releasing)
            while try await cluster.sql("\(ending) 'other'") != "0" { try Task.checkCancellation() }
            try await others.waitForAll()
        }
    }

    private final class End: Sendable { let hasCome = Atomic(false) }

    @Test func `a database that takes no writes is 503 for those alone, until it takes them again`() async throws {
        let cluster = try await PostgresCluster.start()
        let deployment = try await PostgresDeployment.ready(on: cluster)
        let gateway = try await deployment.start()
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        try await cluster.sql("ALTER DATABASE \(deployment.database) SET default_transaction_read_only = on")
        // A session keeps what it began with.
        try await cluster.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(deployment.database)'")
        for _ in 1...3 {
            Self.expectRefused(try await gateway.logIn("johndoe", "correct horse battery"))
            Self.expectRefused(try await gateway.register("late", "correct horse battery"))
            #expect(try await gateway.get("/auth/me", token: token).status == 200)
            #expect(try await gateway.verify(token) == 200)
        }
        try await cluster.sql("ALTER DATABASE \(deployment.database) RESET default_transaction_read_only")
        while ![201, 409].contains(try await gateway.register("after", "correct horse battery").status) {
            try Task.checkCancellation()
        }
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 200)
        #expect(await gateway.process.end() == 0)
    }

    @Test(.needsRoot) func `a full disk is 503, loses nothing, and is over when there is room`() async throws {
        let cluster = try await PostgresCluster.startOnSmallDisk()
        let deployment = try await PostgresDeployment.ready(on: cluster)
        let gateway = try await deployment.start()
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        try cluster.fillDisk()
        var names: [String] = []
        var refused: HTTPAnswer?
        // What is there already has room for some.
        while refused == nil {
            let name = "person\(names.count)"
            let answer = try await gateway.register(name, "correct horse battery")
            if answer.status == 201 { names.append(name) } else { refused = answer }
        }
        Self.expectRefused(try #require(refused))
        #expect(try await gateway.verify(token) == 200)
        try cluster.makeRoom()
        while ![201, 409].contains(try await gateway.register("after", "correct horse battery").status) {
            try Task.checkCancellation()
        }
        for name in names + ["johndoe"] {
            #expect(try await gateway.logIn(name, "correct horse battery").status == 200, "\(name)")
        }
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a start waits for a server that is away, and goes on when it comes`() async throws {
        let cluster = try await PostgresCluster.start(["fsync=on"])
        let deployment = try await PostgresDeployment.ready(on: cluster)
        await cluster.stop()
        let file = GatewayProcess.file(server: "", extra: deployment.settings)
        try deployment.folder.write("config.yaml", file)
        let process = try RunningProcess(
            GatewayProcess.binary, ["serve", "--config", "config.yaml"], folder: deployment.folder.url)
        let line = try await process.line(containing: "waiting for the database")
        #expect(line.contains("level=warning") && line.contains("Connection refused"))
        try await cluster.start()
        _ = try await process.line(containing: "ready to serve")
        #expect(await process.end() == 0)
    }

    @Test func `a start that has waited in vain ends with 1 and the reason`() async throws {
        let folder = try TestFolder()
        try folder.write(
            "config.yaml", "storage: {use: postgres, url: \"postgres://x@127.0.0.1:1/x\", password: canary, wait: 1s}\n"
        )
        let ended = try await GatewayProcess.run(["serve"], in: folder)
        #expect(ended.status == 1)
        #expect(ended.output.contains("level=critical message=\"the gateway cannot run\""))
        #expect(ended.output.contains("storage: cannot start 'postgres': cannot use the database: "))
        #expect(!ended.output.contains("canary"))
    }

    enum Trouble: Sendable {
        case frozen, killed, stopped

        func begin(on cluster: PostgresCluster) async {
            switch self {
            case .frozen: cluster.freeze()
            case .killed: await cluster.crash()
            case .stopped: await cluster.stop()
            }
        }

        func end(on cluster: PostgresCluster) async throws {
            switch self {
            case .frozen: cluster.thaw()
            case .killed, .stopped: try await cluster.start()
            }
        }
    }

    private static func expectRefused(_ answer: HTTPAnswer) {
        #expect(answer.status == 503, "\(answer.body)")
        #expect((try? answer.text("code")) == "unavailable", "\(answer.body)")
    }
}
