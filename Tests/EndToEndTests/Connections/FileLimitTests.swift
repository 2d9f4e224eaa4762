import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct FileLimitTests {
    @Test func `where the system allows few files, connections too many are turned away and the gateway goes on`()
        async throws
    {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), behind: ["/usr/bin/prlimit", "--nofile=300:300"])
        let warning = try await gateway.process.line(containing: "too few files")
        #expect(warning.contains("level=warning"))
        #expect(warning.contains("limit=300 connections=44") || warning.contains("connections=44 limit=300"))
        // Each is asked in its turn, so that the first forty-four have their place.
        let address = LocalAddress.port(gateway.port)
        var statuses: [Int] = []
        var connections: [OpenSocket] = []
        for _ in 0..<400 {
            let connection = try OpenSocket(to: address)
            connection.send("GET /auth/verify HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connections.append(connection)
            if connections.count <= 60 { statuses.append(try #require(connection.answer()).status) }
        }
        #expect(statuses == Array(repeating: 401, count: 44) + Array(repeating: 503, count: 16))
        connections = []
        // Until the gateway has seen them go, whoever comes is turned away, or let go without a word.
        while (try? await gateway.get("/auth/verify").status) != 401 {}
        #expect(await gateway.process.end() == 0)
    }

    @Test(.needs("strace")) func `where no more files can be opened it tries again in a second, and not all the time`()
        async throws
    {
        let folder = try TestFolder()
        let trace = CallTrace(in: folder)
        let gateway = try await GatewayProcess.start(in: folder, behind: try trace.command("accept4"))
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(gateway.process.pid)/fd")
        let full = try #require((0...open.count).first { !open.contains("\($0)") })
        try await Self.limitFiles(of: gateway, to: full)
        let connection = try OpenSocket(to: .port(gateway.port))
        connection.send("GET /auth/verify HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while try !trace.text().contains("EMFILE") { await Task.yield() }
        try await Self.limitFiles(of: gateway, to: 1024)
        #expect(connection.answer()?.status == 401)
        #expect(await gateway.process.end() == 0)
        // Without a pause there are hundreds.
        let refusals = try trace.calls(of: gateway).count { $0.contains("EMFILE") }
        #expect((1...5).contains(refusals))
    }

    private static func limitFiles(of gateway: GatewayProcess, to limit: Int) async throws {
        let (status, output) = try await RunningProcess.run(
            "/usr/bin/prlimit", ["--pid", "\(gateway.process.pid)", "--nofile=\(limit):"], folder: gateway.folder.url)
        #expect(status == 0, "\(output)")
    }
}
