import Foundation
import GatewayTestServers
import Testing

/// The verbs of the real binary, beside a running server where that matters.
@Suite(.timeLimit(.minutes(5)))
struct CommandLineTests {
    @Test func `an operator makes an account, and a running server obeys what becomes of it within a second`()
        async throws
    {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let created = try await create("root", "root@example.com", groups: "admins", in: gateway.folder)
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
        // At a port that no other gateway takes.
        try gateway.folder.write(
            "probe.yaml", "server: {operations_listen: 127.0.0.1:\(try FreePort.next())}\n")
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
                        3 |   fodler: <secret>
                          |   ^~~~~~
                    """)
        }
    }

    @Test func `a password that an operator sets is obeyed by a running server within a second`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let login = try await TourTests.registerAndLogIn(at: gateway)
        let set = try await gateway.run(
            ["users", "passwd", "John@Example.com", "--password-stdin", "--config", "config.yaml"],
            input: "staple battery horse\n")
        #expect(set.status == 0)
        #expect(set.output == "johndoe has another password")
        try await expectRefusedWithinASecond(login.text("access_token"), gateway)
        #expect(try await TourTests.refresh(login.text("refresh_token"), at: gateway).status == 401)
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 401)
        #expect(try await gateway.logIn("johndoe", "staple battery horse").status == 200)
        await gateway.end()
    }

    @Test func `an account is shown by its name and by its address, without its hash`() async throws {
        let folder = try TestFolder()
        #expect(try await create("root", "root@example.com", groups: "staff,admins", in: folder).status == 0)
        let shown = try await GatewayProcess.run(["users", "show", "Root"], in: folder)
        #expect(shown.status == 0)
        let sheet =
            #/
            id:\x20{13}[a-z2-7]{26}\n
            username:\x20{7}root\n
            email:\x20{10}root@example\.com\x20\(verified\)\n
            groups:\x20{9}admins,staff\n
            state:\x20{10}enabled\n
            version:\x20{8}1\n
            created:\x20{8}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\n
            last\x20login:\x20{5}never
            /#
        #expect(shown.output.wholeMatch(of: sheet) != nil, "\(shown.output)")
        #expect(try await GatewayProcess.run(["users", "show", "ROOT@example.com"], in: folder) == shown)
        let unknown = try await GatewayProcess.run(["users", "show", "nobody"], in: folder)
        #expect(unknown == (1, "there is no account 'nobody'"))
    }

    @Test func `an account that cannot be made is refused in words, and is not made`() async throws {
        let folder = try TestFolder()
        #expect(try await create("root", "root@example.com", in: folder).status == 0)
        let refusals: [(name: String, email: String, password: String, status: Int32, message: String)] = [
            ("a b", "a@b.c", "good horse battery", 2, "--username may hold only letters a-z, digits, '.', '_' and '-'"),
            ("ab", "a@b.c", "good horse battery", 2, "--username must have at least 3 characters"),
            ("jane", "jane", "good horse battery", 2, "--email must be an e-mail address such as name@example.com"),
            ("Root", "a@b.c", "good horse battery", 1, "the user name 'root' belongs to someone, or did"),
            ("jane", "Root@Example.com", "good horse battery", 1, "the address belongs to another account"),
            ("jane", "a@b.c", "1234567", 1, "the password must have at least 8 characters"),
            ("jane", "a@b.c", "Password123", 1, "the password is among the passwords that are tried first"),
            ("jane.miller", "a@b.c", "jane.miller", 1, "the password must not be your own name or address"),
            ("jane", "a@b.c", "", 1, "standard input held no password"),
        ]
        for refusal in refusals {
            let refused = try await create(refusal.name, refusal.email, password: refusal.password, in: folder)
            #expect(refused == (refusal.status, refusal.message))
        }
        let group = try await create("jane", "a@b.c", groups: "staff,Admins!", in: folder)
        #expect(group.status == 2)
        #expect(group.output.hasPrefix("Error: The value 'staff,Admins!' is invalid for '--groups <groups>'\n"))
        #expect(group.output.contains("each 1 to 64 of a-z, 0-9"))
        let asked = try await GatewayProcess.run(
            ["users", "create", "--username", "jane", "--email", "a@b.c"], in: folder)
        #expect(asked == (2, "there is no terminal to ask at: use --password-stdin"))
        #expect(
            try await GatewayProcess.run(["users", "list"], in: folder).output == "root  root@example.com  enabled  -")
    }

    @Test func `a fresh store is migrated, and the second time nothing is left to do`() async throws {
        let folder = try TestFolder()
        let first = try await GatewayProcess.run(["migrate"], in: folder)
        #expect(first.status == 0)
        let scripts = try FileManager.default.contentsOfDirectory(atPath: Project.folder + "/sql/sqlite").sorted()
        let topics = scripts.map { script in
            "\(Int(script.dropFirst().prefix(4)) ?? 0) \(script.dropFirst("v0001_".count).prefix { $0 != "." })"
        }
        let lines = first.output.split(separator: "\n").filter { $0.contains("  applied ") }
        #expect(
            lines.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == topics)
        #expect(try await GatewayProcess.run(["migrate"], in: folder) == (0, lines.joined(separator: "\n")))
    }

    @Test(arguments: [
        ("schema", "docs/config.schema.json"), ("modules", "docs/modules.md"), ("openapi", "docs/openapi.json"),
    ])
    func `a document that the program prints is the one in docs`(verb: String, file: String) async throws {
        let printed = try await GatewayProcess.run([verb], in: TestFolder())
        #expect(printed.status == 0)
        #expect(try printed.output == Project.text(of: file).trimmingCharacters(in: .newlines))
    }

    @Test func `the completions are a script of bash that knows every verb`() async throws {
        let folder = try TestFolder()
        let printed = try await GatewayProcess.run(["--generate-completion-script", "bash"], in: folder)
        #expect(printed.status == 0)
        try folder.write("completions.bash", printed.output)
        let ask =
            "source completions.bash; COMP_WORDS=(auth-gateway ''); COMP_CWORD=1; _auth-gateway; echo ${COMPREPLY[@]}"
        let offered = try await RunningProcess.run("/bin/bash", ["-c", ask], folder: folder.url)
        let verbs = [
            "serve", "check", "explain", "doctor", "schema", "modules", "openapi", "migrate", "users", "keys", "proxy",
            "healthcheck",
        ]
        #expect(Set(verbs).isSubset(of: offered.output.split(separator: " ").map(String.init)), "\(offered.output)")
    }

    private func create(
        _ name: String, _ email: String, password: String = "correct horse battery", groups: String? = nil,
        in folder: TestFolder
    ) async throws -> (status: Int32, output: String) {
        let arguments = ["users", "create", "--username", name, "--email", email, "--password-stdin"]
        return try await GatewayProcess.run(
            arguments + (groups.map { ["--groups", $0] } ?? []), input: password + "\n", in: folder)
    }

    private static let form = "username=root&password=correct+horse+battery"

    private func logIn(_ gateway: GatewayProcess) async throws -> String {
        let answer = try await gateway.send("POST", "/auth/login", form: Self.form)
        #expect(answer.status == 200, "\(answer.body)")
        return try answer.text("access_token")
    }

    private func expectRefusedWithinASecond(_ token: String, _ gateway: GatewayProcess) async throws {
        try await GatewayProcess.expectWithinASecond { try await gateway.verify(token) == 401 }
    }
}
