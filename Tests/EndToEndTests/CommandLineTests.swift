import Foundation
import Testing

/// The verbs of the real binary, beside a running server where that matters.
@Suite(.timeLimit(.minutes(3)))
struct CommandLineTests {
    @Test func `an operator makes an account, and a running server obeys what becomes of it within a second`()
        async throws
    {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let created = try await RunningProcess.run(
            GatewayProcess.binary,
            [
                "users", "create", "--username", "root", "--email", "root@example.com", "--groups", "admins",
                "--password-stdin", "--config", "config.yaml",
            ], input: "correct horse battery\n", folder: gateway.folder.url)
        #expect(created.status == 0, "\(created.output)")
        #expect(created.output.contains("groups:         admins"))
        #expect(!created.output.contains("$argon2id"))
        let listed = try await gateway.run(["users", "list", "--config", "config.yaml"])
        #expect(listed.output == "root  root@example.com  enabled  admins")

        var token = try await logIn(gateway)
        let verified = try await gateway.get("/auth/verify", [("Authorization", "Bearer \(token)")])
        #expect(verified["remote-groups"] == "admins")
        #expect(verified["remote-email"] == "root@example.com")

        #expect(
            try await gateway.run(["users", "set", "root", "--groups", "staff", "--config", "config.yaml"]).status == 0)
        try await expectRefusedWithinASecond(token, gateway)
        token = try await logIn(gateway)
        #expect(try await gateway.run(["users", "disable", "root", "--config", "config.yaml"]).status == 0)
        try await expectRefusedWithinASecond(token, gateway)
        #expect(try await gateway.send("POST", "/auth/login", form: Self.form).status == 401)
        #expect(try await gateway.run(["users", "enable", "root", "--config", "config.yaml"]).status == 0)
        token = try await logIn(gateway)
        #expect(try await gateway.run(["users", "delete", "root", "--config", "config.yaml"]).status == 0)
        try await expectRefusedWithinASecond(token, gateway)
        await gateway.end()
    }

    @Test func `keys, migrations and health are shown`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let keys = try await gateway.run(["keys", "list", "--config", "config.yaml"])
        #expect(keys.output.contains("ES256  active"))
        let migrations = try await gateway.run(["migrate", "--config", "config.yaml"])
        #expect(migrations.status == 0)
        #expect(!migrations.output.contains("missing"))
        let jwks = try await gateway.get("/.well-known/jwks.json")
        #expect(jwks.status == 200)
        #expect(
            try (jwks.json()["keys"] as? [[String: Any]])?.first?["kid"] as? String
                == keys.output.prefix { $0 != " " }.description)
        try gateway.folder.write(
            "probe.yaml", "server: {operations_listen: 127.0.0.1:\(gateway.operationsPort)}\n")
        let healthy = try await gateway.run(["healthcheck", "--config", "probe.yaml"])
        #expect(healthy.output == "ready")
        await gateway.end()
        let dead = try await gateway.run(["healthcheck", "--config", "probe.yaml"])
        #expect(dead.status == 1)
    }

    @Test func `the exit status says what went wrong`() async throws {
        let folder = try TestFolder()
        #expect(try await GatewayProcess.run(["check"], in: folder).status == 0)
        #expect(try await GatewayProcess.run(["frobnicate"], in: folder).status == 2)
        #expect(try await GatewayProcess.run(["users", "show", "nobody"], in: folder).status == 1)
        try folder.write("broken.yaml", "mail:\n  use: file\n  fodler: x\n")
        for verb in ["check", "serve"] {
            let broken = try await GatewayProcess.run([verb, "--config", "broken.yaml"], in: folder)
            #expect(broken.status == 78)
            #expect(
                broken.output == """
                    broken.yaml:3:3: error: mail: unknown key 'fodler', did you mean 'folder'?
                        3 |   fodler: x
                          |   ^~~~~~
                    """)
        }
    }

    private static let form = "username=root&password=correct+horse+battery"

    private func logIn(_ gateway: GatewayProcess) async throws -> String {
        let answer = try await gateway.send("POST", "/auth/login", form: Self.form)
        #expect(answer.status == 200, "\(answer.body)")
        return try answer.text("access_token")
    }

    /// Time is the subject here, so the real clock is read.
    private func expectRefusedWithinASecond(_ token: String, _ gateway: GatewayProcess) async throws {
        let start = ContinuousClock.now
        while try await gateway.verify(token) == 200, ContinuousClock.now - start < .seconds(5) {}
        #expect(try await gateway.verify(token) == 401)
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
