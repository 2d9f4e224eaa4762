import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct StoreTroubleTests {
    @Test(.needs("unshare"), .needsOwnMounts) func `a full disk is 503, harms nothing, and ends when there is room`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await OwnDisk.start(in: folder)
        let disk = OwnDisk(of: gateway)
        var known = try await Self.fill(gateway, upTo: 3)
        let token = try await gateway.logIn(known[0], Self.password).text("access_token")
        try disk.fill()
        var refused = try await Self.register("late0", at: gateway)
        for number in 1...500 where refused.status == 201 {
            known.append("late\(number - 1)")
            refused = try await Self.register("late\(number)", at: gateway)
        }
        #expect(refused.status == 503)
        #expect(try refused.text("code") == "unavailable")
        #expect(try await gateway.verify(token) == 200)
        #expect(try await gateway.get("/auth/me", token: token).status == 200)
        try disk.makeRoom()
        var again = refused
        while again.status == 503 { again = try await Self.register("after", at: gateway) }
        #expect(again.status == 201)
        for name in known { #expect(try await gateway.logIn(name, Self.password).status == 200, "\(name)") }
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a store that is locked is 503 in time, and is forgotten once it is free`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.settings)
        let known = try await Self.fill(gateway, upTo: 1)
        let token = try await gateway.logIn(known[0], Self.password).text("access_token")
        let lock = try RunningProcess(
            try #require(Program.path(of: "python3")), ["-u", "-c", Self.locking], folder: folder.url)
        _ = try await lock.line(containing: "locked")
        let asked = ContinuousClock.now
        let refused = try await Self.register("late", at: gateway)
        #expect(refused.status == 503)
        #expect(try refused.text("code") == "unavailable")
        #expect(ContinuousClock.now - asked < .seconds(30))
        #expect(try await gateway.verify(token) == 200)
        await lock.end()
        #expect(try await Self.register("late", at: gateway).status == 201)
        #expect(await gateway.process.end() == 0)
    }

    @Test(.needsFrozenFiles) func `a store that turns read-only is 503, harms nothing, and ends with its cause`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.settings)
        let known = try await Self.fill(gateway, upTo: 2)
        let token = try await gateway.logIn(known[0], Self.password).text("access_token")
        // The third file is memory that processes share, which no disk forbids to write to once it is there.
        let files = ["data/auth-gateway.db", "data/auth-gateway.db-wal"].map(folder.url.appendingPathComponent)
        try await FrozenFiles.holding(files) {
            for number in 0..<3 {
                let refused = try await Self.register("late\(number)", at: gateway)
                #expect(refused.status == 503)
                #expect(try refused.text("code") == "unavailable")
            }
            #expect(try await gateway.logIn(known[1], Self.password).status == 503)
            #expect(try await gateway.verify(token) == 200)
            #expect(try await gateway.get("/auth/me", token: token).status == 200)
        }
        for number in 0..<3 { #expect(try await Self.register("late\(number)", at: gateway).status == 201) }
        for name in known { #expect(try await gateway.logIn(name, Self.password).status == 200, "\(name)") }
        #expect(await gateway.process.end() == 0)
    }

    @Test(.needs("unshare"), .needsOwnMounts) func `a store that cannot be written ends the start with its path`()
        async throws
    {
        let folder = try TestFolder()
        let first = try await GatewayProcess.start(in: folder, extra: Self.settings)
        let known = try await Self.fill(first, upTo: 1)
        await first.end()
        let readOnly = "mount --bind data data && mount -o remount,bind,ro data && exec \"$@\""
        let refused = try await RunningProcess.run(
            "/usr/bin/unshare",
            ["-rm", "sh", "-c", readOnly, "sh", GatewayProcess.binary, "serve", "--config", "config.yaml"],
            folder: folder.url)
        #expect(refused.status == 1)
        #expect(refused.output.contains("data/auth-gateway.db"))
        let second = try await GatewayProcess.start(in: folder, extra: Self.settings)
        #expect(try await second.logIn(known[0], Self.password).status == 200)
        await second.end()
    }

    static let settings = "passwords: {use: argon2id, memory: 8MiB, iterations: 1}\npipeline: []\n"

    private static let password = "correct horse battery"

    private static let locking = """
        import sqlite3, sys
        store = sqlite3.connect("data/auth-gateway.db", isolation_level=None, timeout=20)
        store.execute("BEGIN IMMEDIATE")
        print("locked")
        sys.stdin.read()
        import signal
        signal.pause()
        """

    private static func fill(_ gateway: GatewayProcess, upTo count: Int) async throws -> [String] {
        var names: [String] = []
        for number in 0..<count {
            names.append("early\(number)")
            #expect(try await register(names[number], at: gateway).status == 201)
        }
        return names
    }

    private static func register(_ name: String, at gateway: GatewayProcess) async throws -> HTTPAnswer {
        let json = #"{"username":"\#(name)","email":"\#(name)@example.com","password":"\#(password)"}"#
        return try await gateway.send("POST", "/auth/register", json: json)
    }
}
