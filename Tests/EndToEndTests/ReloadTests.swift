import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReloadTests {
    private static let reloaded = "the file was reloaded"
    private static let refused = "the file was not reloaded"

    @Test func `a reload takes the whole file, and sessions, known tokens and counts live on`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.pipeline)
        try await Self.register("johndoe", at: gateway)
        let login = try await gateway.logIn("johndoe", "correct horse battery")
        let token = try login.text("access_token")
        #expect(try await gateway.verify(token) == 200)
        let known = try await Self.known(at: gateway)
        // Two of three logins of this minute are left after the first.
        #expect(try await gateway.logIn("johndoe", "wrong horse battery").status == 401)

        try gateway.write(extra: "registration: {open: false}\npasswords: {use: bcrypt, cost: 10}\n" + Self.pipeline)
        try await gateway.reload(saying: Self.reloaded)
        #expect(try await Self.register("janedoe", at: gateway) == "registration_closed")
        #expect(try await Self.known(at: gateway) == known)
        #expect(try await gateway.verify(token) == 200)
        #expect(try await TourTests.refresh(login.text("refresh_token"), at: gateway).status == 200)
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 200)
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 429)
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a file with a problem changes nothing, and each problem is an entry of the log`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        try gateway.write(extra: "registration: {open: false}\nmail: {use: file, foldr: x}\nlogin: {gueses: {}}\n")
        try await gateway.reload(saying: "did you mean 'guesses'?")
        let lines = gateway.process.transcript.split(separator: "\n").filter { $0.contains(Self.refused) }
        #expect(lines.count == 2)
        #expect(lines[0].contains("level=error") && lines[0].contains("place=config.yaml:7:19 setting=mail"))
        #expect(lines[0].contains("unknown key 'foldr', did you mean 'folder'?"))
        #expect(try await Self.register("johndoe", at: gateway) == nil)
        #expect(await gateway.process.end() == 0)
    }

    @Test(arguments: [
        ("server.listen", "\n  listen: 127.0.0.1:0", "\n  listen: 127.0.0.1:1"),
        ("server.operations_listen", "operations_listen: 127.0.0.1:0", "operations_listen: 127.0.0.1:1"),
        ("server.secret_file", "public_url:", "secret_file: other.key\n  public_url:"),
        ("storage", "server:", "storage: {use: sqlite, path: other.db}\nserver:"),
    ]) func `what only a restart can change refuses the reload by its name`(
        setting: String, old: String, new: String
    ) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let file = try String(contentsOfFile: gateway.folder.path("config.yaml"), encoding: .utf8)
        try gateway.folder.write(
            "config.yaml",
            file.replacingOccurrences(of: old, with: new) + "\nregistration: {open: false}\n")
        try await gateway.reload(saying: "setting=\(setting)\n")
        #expect(gateway.process.transcript.contains(Self.refused))
        #expect(try await Self.register("johndoe", at: gateway) == nil)
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a module that cannot start changes nothing`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        try gateway.folder.write("no-folder", "a file")
        let keys = try await gateway.run(["keys", "list", "--config", "config.yaml"]).output
        try gateway.write(
            extra: """
                registration: {open: false}
                tokens: {use: jwt, algorithm: HS256}
                mail: {use: file, folder: no-folder/mail}

                """)
        try await gateway.reload(saying: "cannot start 'file'")
        #expect(try await gateway.run(["keys", "list", "--config", "config.yaml"]).output == keys)
        #expect(try await Self.register("johndoe", at: gateway) == nil)
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a default that is written out is no change, and the log's style changes at once`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), server: "log: {level: info}")
        try gateway.write(
            server: "log: {level: debug, format: json}",
            extra: "storage: {use: sqlite, path: data/auth-gateway.db}\n")
        try await gateway.reload(saying: #""message":"the file was reloaded""#)
        #expect(try await gateway.get("/auth/verify").status == 401)
        #expect(try await gateway.process.line(containing: #""route":"/auth/verify""#).hasPrefix("{"))
        #expect(await gateway.process.end() == 0)
    }

    @Test func `no request fails while the file is reloaded again and again`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []\n")
        try await Self.register("johndoe", at: gateway)
        for number in 1...5 {
            try gateway.write(extra: "pipeline: []\nregistration: {open: \(number % 2 == 0)}\n")
            async let reloading: Void = gateway.reload(saying: Self.reloaded, times: number)
            for _ in 1...5 {
                #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 200)
            }
            try await reloading
        }
        #expect(await gateway.process.end() == 0)
    }

    private static let pipeline = """
        pipeline:
          - {use: rate-limit, rules: [{route: POST /auth/login, by: ip, allow: 3 per 1h}]}

        """

    /// The code of the refusal, if it was one.
    @discardableResult
    private static func register(_ name: String, at gateway: GatewayProcess) async throws -> String? {
        let json = #"{"username":"\#(name)","email":"\#(name)@example.com","password":"correct horse battery"}"#
        let answer = try await gateway.send("POST", "/auth/register", json: json)
        return answer.status == 201 ? nil : try answer.text("code")
    }

    private static func known(at gateway: GatewayProcess) async throws -> String {
        let metrics = try await HTTPExchange(path: "/metrics").send(to: gateway.operationsPort).body
        let line = metrics.split(separator: "\n").first { $0.hasPrefix("auth_gateway_known_credentials ") }
        return String(try #require(line))
    }
}

extension GatewayProcess {
    /// Writes the file anew.
    func write(server: String = "log: {level: debug}", extra: String) throws {
        try folder.write("config.yaml", Self.file(server: server, extra: extra))
    }

    /// Sends SIGHUP and waits until the log has said something so often.
    func reload(saying text: String, times: Int = 1) async throws {
        process.send(SIGHUP)
        while (process.transcript + "\n").components(separatedBy: text).count <= times {
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
