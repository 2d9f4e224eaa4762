import Foundation
import Testing

/// SIGHUP at moments, and over files, that nobody would choose.
@Suite(.timeLimit(.minutes(5))) struct ReloadHazardTests {
    @Test func `a file that was there and is gone refuses the reload, named or not`() async throws {
        for name in [nil, "config.yaml"] {
            let gateway = try await GatewayProcess.start(
                in: TestFolder(), extra: "registration: {open: false}\n", naming: name)
            try FileManager.default.removeItem(atPath: gateway.folder.path("config.yaml"))
            try await gateway.reload(saying: "the file was not reloaded")
            #expect(try await register(at: gateway) == 403)
            #expect(await gateway.process.end() == 0)
        }
    }

    @Test func `a file that has become empty is taken for one that is being written`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "registration: {open: false}\n")
        try gateway.folder.write("config.yaml", "\n")
        try await gateway.reload(saying: "is empty, as a file is that is just being written")
        #expect(try await register(at: gateway) == 403)
        let isTaken = { try await Metrics.of(gateway).value("auth_gateway_reload_successful") }
        while try await isTaken() != 0, !Task.isCancelled { await Task.yield() }
        try gateway.write(extra: "registration: {open: false}\n")
        try await gateway.reload(saying: "the file was reloaded")
        while try await isTaken() != 1, !Task.isCancelled { await Task.yield() }
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a link that leads nowhere is no missing file`() async throws {
        let folder = try TestFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("config.yaml"), withDestinationPath: "nowhere.yaml")
        let checked = try await GatewayProcess.run(["check"], in: folder)
        #expect(checked.status == 78)
        #expect(checked.output.contains("config.yaml: error: cannot be read"))
    }

    @Test func `a changed secret file refuses the reload by its name`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let key = gateway.folder.path("data/secret.key")
        let lines = try String(contentsOfFile: key, encoding: .utf8)
        try gateway.folder.write("data/secret.key", "new:\(String(repeating: "A", count: 43))\n" + lines)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        try await gateway.reload(saying: "setting=server.secret_file\n")
        try FileManager.default.removeItem(atPath: key)
        try await gateway.reload(saying: "server.secret_file: \(key) cannot be read")
        #expect(await gateway.process.end() == 0)
    }

    @Test(arguments: 1...3) func `a reload that meets the shutdown lets it end in order`(run: Int) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        gateway.process.send(SIGHUP)
        #expect(await gateway.process.end() == 0)
        #expect(!gateway.process.transcript.contains("level=critical"))
    }

    @Test func `a reload while requests are drained is refused`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let held = try OpenSocket(to: .port(gateway.port))
        held.send(
            "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
        _ = try await gateway.get("/auth/verify")
        gateway.process.send(SIGTERM)
        while (try? OpenSocket(to: .port(gateway.port))) != nil, !Task.isCancelled { await Task.yield() }
        gateway.process.send(SIGHUP)
        // It is over after eight seconds, which a busy machine may take to come here.
        if (try? await gateway.process.line(containing: "was not reloaded: the gateway is stopping")) != nil {
            held.send("}")
            #expect(held.answer()?.status == 422)
        }
        #expect(await gateway.process.end() == 0)
        #expect(!gateway.process.transcript.contains("level=critical"))
    }

    @Test func `a reload while the gateway starts comes when it has started`() async throws {
        let folder = try TestFolder()
        try folder.write("config.yaml", GatewayProcess.file(server: "log: {level: debug}", extra: ""))
        let process = try RunningProcess(
            GatewayProcess.binary, ["serve", "--config", "config.yaml"], folder: folder.url)
        _ = try await process.line(containing: "the configuration was read")
        process.send(SIGHUP)
        _ = try await process.line(containing: "the file was reloaded")
        #expect(await process.end() == 0)
    }

    @Test func `however often the file is reloaded, one thread hashes for each core`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        // Each names itself when it first runs.
        let before = ProcessInfo.processInfo.activeProcessorCount
        while try hashingThreads(of: gateway) < before { try await Task.sleep(for: .milliseconds(10)) }
        for number in 1...6 {
            let passwords = number % 2 == 0 ? "argon2id, memory: 8MiB" : "bcrypt, cost: 10"
            try gateway.write(extra: "passwords: {use: \(passwords)}\n")
            try await gateway.reload(saying: "the file was reloaded", times: number)
        }
        #expect(try hashingThreads(of: gateway) == before)
        #expect(try await register(at: gateway) == 201)
        #expect(await gateway.process.end() == 0)
    }

    private func hashingThreads(of gateway: GatewayProcess) throws -> Int {
        let tasks = "/proc/\(gateway.process.pid)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).count { task in
            (try? String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8)) == "hashing\n"
        }
    }

    private func register(at gateway: GatewayProcess) async throws -> Int {
        let json = #"{"username":"johndoe","email":"j@example.com","password":"correct horse battery"}"#
        return try await gateway.send("POST", "/auth/register", json: json).status
    }
}
