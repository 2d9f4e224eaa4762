import Foundation
import Testing

/// What `explain --dialect` prints is what the running gateway sends a proxy that asks the same.
@Suite(.timeLimit(.minutes(5))) struct ExplainedAnswerTests {
    private static let section = """
        access:
          login_url: https://auth.example.com/login
          rules:
            - {path: /open, allow: anyone}
            - {path: /closed, allow: nobody}
            - {path: /inside, networks: [10.0.0.0/8], allow: anyone}
        """

    /// A client's request, in the words of `explain` and in those of a proxy.
    private struct Asked {
        var method = "GET"
        var path = "/page?a=b"
        var words: [String] = []
        var fields: [String] = []
        var client = "192.0.2.1"
        let status: (nginx: Int, others: Int)
    }

    private static func asked(_ token: String) -> [Asked] {
        let (browser, page) = (["--navigation"], ["Sec-Fetch-Mode: navigate", "Accept: text/html"])
        return [
            Asked(status: (401, 401)),
            Asked(words: browser, fields: page, status: (401, 302)),
            Asked(method: "POST", words: browser, fields: page, status: (401, 303)),
            Asked(words: ["--token", token], fields: ["Authorization: Bearer \(token)"], status: (200, 200)),
            Asked(words: ["--user", "johndoe"], fields: ["Authorization: Bearer \(token)"], status: (200, 200)),
            Asked(words: ["--token", "bad"], fields: ["Authorization: Bearer bad"], status: (401, 401)),
            Asked(path: "/open", status: (200, 200)),
            Asked(method: "HEAD", path: "/open", status: (200, 200)),
            Asked(method: "HEAD", status: (401, 401)),
            Asked(path: "/closed", status: (403, 403)),
            Asked(path: "/inside", status: (401, 401)),
            Asked(path: "/inside", words: ["--from", "10.1.2.3"], client: "10.1.2.3", status: (200, 200)),
            Asked(path: "/a%2Fb", status: (403, 400)),
        ]
    }

    @Test(arguments: ["nginx", "caddy", "traefik", "haproxy", "envoy"])
    func `an answer is printed as it is sent, byte for byte but for its date and its id`(dialect: String) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.section)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        for asked in Self.asked(token) {
            let printed = try await gateway.run(Self.words(asked, in: dialect))
            let status = dialect == "nginx" ? asked.status.nginx : asked.status.others
            let sent = try await Self.answer(to: asked, in: dialect, by: gateway)
            #expect(sent.hasPrefix("HTTP/1.1 \(status) "), "\(asked)")
            let answer = printed.output.components(separatedBy: "\n\nthe answer to \(dialect):\n\n").last
            #expect(Self.withoutItsID(answer ?? "") == Self.withoutItsID(sent), "\(asked)")
            #expect(printed.status == (status == 200 ? 0 : 1), "\(asked)")
        }
        await gateway.end()
    }

    @Test(.needs("python3"))
    func `no server has to run, nothing is written or begun, and no token is shown`() async throws {
        let folder = try TestFolder()
        let ask = ["explain", "--config", "config.yaml", "--url", "https://a.test/", "--dialect", "caddy"]
        try folder.write("config.yaml", GatewayProcess.file(server: "log: {level: debug}", extra: Self.section))
        let early = try await GatewayProcess.run(ask, in: folder)
        #expect(early.status == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["config.yaml"])

        let gateway = try await GatewayProcess.start(in: folder, extra: Self.section)
        _ = try await TourTests.registerAndLogIn(at: gateway)
        await gateway.end()
        let before = try await Self.contents(of: folder)
        let asked = try await gateway.run(ask + ["--user", "johndoe"])
        #expect(try await Self.contents(of: folder) == before)
        #expect(asked.status == 0, "\(asked.output)")
        #expect(asked.output.contains("\r\nRemote-User: johndoe\r\n"))
        #expect(!asked.output.contains("eyJ"))

        #expect(try await gateway.run(["users", "disable", "johndoe", "--config", "config.yaml"]).status == 0)
        let disabled = try await gateway.run(ask + ["--user", "johndoe"])
        #expect(disabled.status == 1)
        #expect(disabled.output.contains(#"HTTP/1.1 401 Unauthorized"#))
        #expect(disabled.output.contains(#"error="invalid_token""#))
    }

    @Test func `where no proxy is trusted none is answered, and what nobody can ask is said`() async throws {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), server: "trusted_proxies: []", extra: Self.section)
        let ask = ["explain", "--config", "config.yaml", "--url", "https://a.test/open", "--dialect", "caddy"]
        let untrusted = try await gateway.run(ask)
        #expect(untrusted.status == 1)
        #expect(untrusted.output.contains("warning: server.trusted_proxies is empty, so that no proxy is answered"))
        #expect(untrusted.output.contains("\nHTTP/1.1 400 Bad Request\r\n"))
        for (words, message) in [
            (["--method", "A B"], "no client sends that"), (["--navigation", "--dialect", "none"], "'none'"),
        ] {
            let refused = try await gateway.run(ask + words)
            #expect(refused.status != 0)
            #expect(refused.output.contains(message), "\(refused.output)")
        }
        let alone = try await gateway.run(Array(ask.dropLast(2)) + ["--navigation"])
        #expect(alone.status == 2)
        #expect(alone.output.contains("--navigation needs --dialect"))
        await gateway.end()
    }

    /// All that the store holds, and the names of the files beside it.
    private static func contents(of folder: TestFolder) async throws -> String {
        let script = """
            import os, sqlite3
            print(*sqlite3.connect("data/auth-gateway.db").iterdump(), sep="\\n")
            print(sorted(name for name in os.listdir("data") if not name.startswith("auth-gateway.db-")))
            """
        let dump = try await RunningProcess.run(
            try #require(Program.path(of: "python3")), ["-c", script], folder: folder.url)
        #expect(dump.output.contains("johndoe"))
        return dump.output
    }

    private static func words(_ asked: Asked, in dialect: String) -> [String] {
        [
            "explain", "--config", "config.yaml", "--url", "https://App.example.com:8443\(asked.path)", "--method",
            asked.method, "--dialect", dialect,
        ] + asked.words
    }

    /// What the proxies' own documentation says that they send, and what they are told to in proxies.md.
    private static func answer(
        to asked: Asked, in dialect: String, by gateway: GatewayProcess
    ) async throws -> String {
        let stated = ["X-Forwarded-For: \(asked.client)", "X-Forwarded-Proto: https"] + asked.fields
        let lines: [String] =
            switch dialect {
            case "nginx":
                [
                    "GET /auth/verify/nginx HTTP/1.1", "Host: app.example.com",
                    "X-Original-URL: https://app.example.com\(asked.path)", "X-Original-Method: \(asked.method)",
                ]
            case "envoy": ["\(asked.method) /auth/verify/envoy\(asked.path) HTTP/1.1", "Host: App.example.com:8443"]
            default:
                [
                    "GET /auth/verify/\(dialect) HTTP/1.1", "Host: App.example.com:8443",
                    "X-Forwarded-Method: \(asked.method)", "X-Forwarded-Host: App.example.com:8443",
                    "X-Forwarded-Uri: \(asked.path)",
                ]
            }
        // The connection's end goes the ordinary way, whose fields have the ordinary order.
        let request = (lines + stated + ["Connection: close", "", ""]).joined(separator: "\r\n")
        let bytes = try await LocalSocket.exchange(Array(request.utf8), with: .port(gateway.port))
        return String(decoding: bytes, as: UTF8.self).replacing("Connection: close\r\n", with: "")
    }

    private static func withoutItsID(_ answer: String) -> String {
        answer.replacing(#/Date: [^\r]+ GMT/#, with: "Date: -").replacing(#/X-Request-ID: [a-z2-7]+/#, with: "ID: -")
            .replacing(#/"request_id":"[a-z2-7]+"/#, with: "id").trimmingCharacters(in: .newlines)
    }
}
