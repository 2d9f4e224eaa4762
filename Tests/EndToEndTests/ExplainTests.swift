import Foundation
import Testing

/// What `explain` says is what the gateway does.
@Suite(.timeLimit(.minutes(5))) struct ExplainTests {
    private static let rules = """
        access:
          rules:
            - {host: "*.example.com", path: /public/**, allow: anyone}
            - {host: admin.example.com, networks: [10.0.0.0/8], allow: {groups: [admins], users: [johndoe]}}
            - {host: closed.example.com, allow: nobody}
        """

    @Test func `it prints each rule up to the one that decides, and ends as the gateway answers`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.rules)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let line =
            try #require(
                String(contentsOfFile: gateway.folder.path("config.yaml"), encoding: .utf8)
                    .split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("/public/**") })
            + 1
        let asked = try await gateway.run(
            [
                "explain", "--config", "config.yaml", "--url", "https://ADMIN.example.com:8443/a/%2e%2e/x", "--from",
                "10.1.2.3", "--user", "johndoe",
            ])
        #expect(asked.status == 0)
        #expect(
            asked.output == """
                GET, host admin.example.com, path /x
                asked by johndoe, in no group

                config.yaml:\(line): is about something else
                    holds: host *.example.com
                    does not hold: path /public/**
                config.yaml:\(line + 1): decides: allow groups admins or users johndoe
                    holds: host admin.example.com
                    holds: networks 10.0.0.0/8

                passes
                """)
        for (url, words, ending, status) in [
            ("https://a.example.com/public/", [], "passes as nobody", 200),
            (
                "https://admin.example.com/x", ["--token", token],
                "no rule is about it: default authenticated\n\npasses", 200
            ),
            ("https://other.test/x", [], "needs a valid credential: 401, or the login page", 401),
            ("https://other.test/x", ["--token", "bad"], "needs a valid credential: 401, or the login page", 401),
            ("https://closed.example.com/x", ["--token", token], "refused: the rule does not allow it", 403),
            ("https://a.example.com/x%2Fy", [], "refused before any rule: a path with an encoded slash", 403),
            (
                "https://a.example.com/public;x/y", [],
                "refused: the rules differ about the path with and without its parameters", 403
            ),
        ] {
            let explained = try await gateway.run(["explain", "--config", "config.yaml", "--url", url] + words)
            #expect(explained.output.hasSuffix(ending), "\(explained.output)")
            #expect(explained.status == (status == 200 ? 0 : 1))
            let headers = [("X-Original-URL", url), ("X-Original-Method", "GET")]
            let token = words.last.map { [("Authorization", "Bearer \($0)")] } ?? []
            #expect(try await gateway.get("/auth/verify/nginx", headers + token).status == status, "\(url)")
        }
        await gateway.end()
    }

    @Test func `who does not exist is said, and the token may come from standard input`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.rules)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let ask = ["explain", "--config", "config.yaml", "--url", "https://other.test/"]
        let unknown = try await gateway.run(ask + ["--user", "nobody"])
        #expect(unknown.status == 1)
        #expect(unknown.output.contains("there is no account 'nobody'"))
        #expect(try await gateway.run(ask + ["--token", "-"], input: token + "\n").status == 0)
        #expect(try await gateway.run(ask + ["--token", "-", "--user", "johndoe"], input: token).status == 2)
        await gateway.end()
    }
}
