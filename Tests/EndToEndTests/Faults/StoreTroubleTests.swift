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
            refused = try await Self.inTime { try await Self.register("late\(number)", at: gateway) }
        }
        Self.expectRefused(refused)
        #expect(try await gateway.verify(token) == 200)
        #expect(try await gateway.get("/auth/me", token: token).status == 200)
        try disk.makeRoom()
        var again = refused
        while again.status == 503 { again = try await Self.register("after", at: gateway) }
        #expect(again.status == 201)
        for name in known { #expect(try await gateway.logIn(name, Self.password).status == 200, "\(name)") }
        try await StoreIntegrity.expectWhole(in: disk.copied(of: gateway))
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a store that is locked is 503 in time for all that writes, reads go on, and it is forgotten once free`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.settings)
        let known = try await Self.fill(gateway, upTo: 1)
        let (login, other) = (
            try await gateway.logIn(known[0], Self.password), try await gateway.logIn(known[0], Self.password)
        )
        let token = try login.text("access_token")
        let rename = { @Sendable () async throws -> HTTPAnswer in
            try await gateway.send("PATCH", "/auth/me", json: #"{"username":"renamed"}"#, token: token)
        }
        let refresh = { @Sendable () async throws -> HTTPAnswer in
            try await TourTests.refresh(login.text("refresh_token"), at: gateway)
        }
        let change = { @Sendable () async throws -> HTTPAnswer in
            let body = #"{"current_password":"\#(Self.password)","new_password":"staple battery horse"}"#
            return try await gateway.send("POST", "/auth/change-password", json: body, token: token)
        }
        let logOut = { @Sendable () async throws -> HTTPAnswer in
            let body = #"{"refresh_token":"\#(try other.text("refresh_token"))"}"#
            return try await gateway.send("POST", "/auth/logout", json: body)
        }
        let writing: [@Sendable () async throws -> HTTPAnswer] = [
            { try await Self.register("late", at: gateway) }, { try await gateway.logIn(known[0], Self.password) },
            rename, refresh, change, logOut,
        ]
        let lock = try await StoreLock.take(in: folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for request in writing {
                group.addTask { Self.expectRefused(try await Self.inTime(request)) }
            }
            try await group.waitForAll()
        }
        #expect(try await Self.inTime { try await gateway.get("/auth/me", token: token) }.text("username") == known[0])
        #expect(try await gateway.verify(token) == 200)
        await lock.release()

        // Nothing of it was done, and all of it can be.
        #expect(try await gateway.verify(other.text("access_token")) == 200)
        let statuses = try await [
            Self.register("late", at: gateway), refresh(), logOut(), change(), rename(),
        ].map(\.status)
        #expect(statuses == [201, 200, 204, 204, 200])
        #expect(try await gateway.verify(other.text("access_token")) == 401)
        #expect(await gateway.process.end() == 0)
        try await StoreIntegrity.expectWhole(in: folder)
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
                Self.expectRefused(try await Self.inTime { try await Self.register("late\(number)", at: gateway) })
            }
            Self.expectRefused(try await Self.inTime { try await gateway.logIn(known[1], Self.password) })
            #expect(try await gateway.verify(token) == 200)
            #expect(try await gateway.get("/auth/me", token: token).status == 200)
        }
        for number in 0..<3 { #expect(try await Self.register("late\(number)", at: gateway).status == 201) }
        for name in known { #expect(try await gateway.logIn(name, Self.password).status == 200, "\(name)") }
        #expect(await gateway.process.end() == 0)
        try await StoreIntegrity.expectWhole(in: folder)
    }

    @Test(.needs("unshare"), .needsOwnMounts) func `a store that cannot be written ends the start with its path`()
        async throws
    {
        let folder = try TestFolder()
        let first = try await GatewayProcess.start(in: folder, extra: Self.settings)
        let known = try await Self.fill(first, upTo: 1)
        await first.end()
        let readOnly = "mount --bind data data && mount -o remount,bind,ro data && exec \"$@\""
        let refused = try await Self.inTime {
            try await RunningProcess.run(
                "/usr/bin/unshare",
                ["-rm", "sh", "-c", readOnly, "sh", GatewayProcess.binary, "serve", "--config", "config.yaml"],
                folder: folder.url)
        }
        #expect(refused.status == 1)
        #expect(refused.output.contains("data/auth-gateway.db"))
        let second = try await GatewayProcess.start(in: folder, extra: Self.settings)
        #expect(try await second.logIn(known[0], Self.password).status == 200)
        await second.end()
        try await StoreIntegrity.expectWhole(in: folder)
    }

    static let settings = GatewayProcess.quick

    private static let password = "correct horse battery"

    private static func fill(_ gateway: GatewayProcess, upTo count: Int) async throws -> [String] {
        var names: [String] = []
        for number in 0..<count {
            names.append("early\(number)")
            #expect(try await register(names[number], at: gateway).status == 201)
        }
        return names
    }

    private static func register(_ name: String, at gateway: GatewayProcess) async throws -> HTTPAnswer {
        try await gateway.register(name, password)
    }

    private static func expectRefused(_ answer: HTTPAnswer) {
        #expect(answer.status == 503, "\(answer.body)")
        #expect((try? answer.text("code")) == "unavailable", "\(answer.body)")
    }

    /// What becomes of something that may wait for the store, which no turn does for more than six seconds. Twice that,
    /// and what hashing takes, is for a busy machine; requests end by themselves after thirty.
    private static func inTime<Outcome>(_ body: () async throws -> Outcome) async throws -> Outcome {
        let begun = ContinuousClock.now
        let outcome = try await body()
        #expect(ContinuousClock.now - begun < .seconds(14))
        return outcome
    }
}
