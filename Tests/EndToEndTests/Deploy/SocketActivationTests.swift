import Foundation
import Testing

/// Sockets that somebody else listens at, and hands to the gateway.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SocketActivationTests {
    @Test(.needs("systemd-socket-activate")) func `the gateway answers at the sockets that systemd hands over`()
        async throws
    {
        let folder = try TestFolder()
        let (open, operations) = (folder.path("open.sock"), folder.path("operations.sock"))
        try folder.write("config.yaml", Self.file("unix:\(open)", operations: "unix:\(operations)"))
        let process = try RunningProcess(
            try #require(Program.path(of: "systemd-socket-activate")),
            ["-l", open, "-l", operations, GatewayProcess.binary, "serve", "--config", "config.yaml"],
            folder: folder.url)
        _ = try await process.line(containing: "Listening on \(operations)")
        // The first connection has the gateway started, and waits for it.
        let health = try await HTTPExchange(path: "/health/live").send(to: .unix(path: operations), host: "localhost")
        #expect(health.status == 200)
        let answer = try await HTTPExchange(path: "/auth/verify").send(to: .unix(path: open), host: "localhost")
        #expect(answer.status == 401)
        #expect(await process.end() == 0)
        // They are not its own, so it leaves them as they are.
        #expect(FileManager.default.fileExists(atPath: open))
    }

    @Test(.needs("systemd-socket-activate")) func `a socket that the file knows nothing of is refused`() async throws {
        let folder = try TestFolder()
        let stray = folder.path("stray.sock")
        try folder.write("config.yaml", Self.file("127.0.0.1:0", operations: "127.0.0.1:0"))
        let process = try RunningProcess(
            try #require(Program.path(of: "systemd-socket-activate")),
            ["-l", stray, GatewayProcess.binary, "serve", "--config", "config.yaml"], folder: folder.url)
        _ = try await process.line(containing: "Listening on \(stray)")
        let connection = try OpenSocket(to: .unix(path: stray))
        let line = try await process.line(containing: "the gateway cannot run")
        #expect(line.contains("a socket at unix:\(stray) is handed over, and the file has nothing listen there"))
        #expect(await process.end() != 0)
        withExtendedLifetime(connection) {}
    }

    /// Whoever keeps a connection without a word, as proxies and scrapers do, holds up nobody else.
    @Test(arguments: [false, true]) func `a gateway that is started anew is missed by nobody`(
        withSilent: Bool
    ) async throws {
        let folder = try TestFolder()
        let operations = folder.path("operations.sock")
        try folder.write("config.yaml", Self.file("127.0.0.1:PORT", operations: "unix:\(operations)"))
        let keeper = try RunningProcess(
            "/usr/bin/python3",
            [Self.keeper, "config.yaml", GatewayProcess.binary, "serve", "--config", "config.yaml"],
            folder: folder.url)
        var gateway = try await Self.gateway(1, of: keeper)
        let ask = "GET /auth/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let load = NewConnectionLoad(of: Array(repeating: ask, count: 8), to: .port(gateway.port))
        let rounds = withSilent ? 2 : 5
        var silent: [OpenSocket] = []
        for round in 1...rounds {
            await load.waitForAnswers(round * 200)
            if withSilent {
                for (address, path) in [
                    (LocalAddress.port(gateway.port), "/auth/verify"), (.unix(path: operations), "/health/live"),
                ] {
                    let connection = try OpenSocket(to: address)
                    connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(connection.answer() != nil)
                    silent.append(connection)
                }
            }
            kill(gateway.pid, SIGTERM)
            gateway = try await Self.gateway(round + 1, of: keeper)
        }
        await load.waitForAnswers(rounds * 200 + 200)
        let result = await load.stop()
        #expect(result.answered.count >= rounds * 200 + 200)
        // What the proxies' own settings wait for an answer.
        #expect(result.longest < .seconds(5))
        #expect(silent.count == (withSilent ? 4 : 0))
        #expect(result.statuses == [401])
        #expect(result.unanswered == [])
        #expect(result.refused == 0)
        #expect(await keeper.end() == 0)
    }

    private static let keeper = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("keeper.py").path

    private static func gateway(_ number: Int, of keeper: RunningProcess) async throws -> (pid: pid_t, port: Int) {
        let words = try await keeper.line(containing: "gateway \(number) is ").split(separator: " ")
        return (try #require(pid_t(words[3])), try #require(Int(words[5])))
    }

    private static func file(_ listen: String, operations: String) -> String {
        """
        server: {listen: "\(listen)", operations_listen: "\(operations)", public_url: "http://localhost:8080"}
        \(GatewayProcess.quickHashes)
        """
    }
}
