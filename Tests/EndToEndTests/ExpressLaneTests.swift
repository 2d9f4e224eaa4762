import Foundation
import Testing

/// Verifications of known credentials, which are answered before the decoder sees them, beside the ordinary path.
@Suite(.timeLimit(.minutes(5))) struct ExpressLaneTests {
    private static let paths = ["/auth/verify", "/auth/verify/nginx", "/auth/verify/caddy"]

    @Test func `a known credential gets what the ordinary path says, and is counted and logged alike`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), server: "log: {level: info}", extra: Self.rules)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let connection = try OpenSocket(to: .port(gateway.port))
        for path in Self.paths {
            let first = try connection.ask(Self.request(path, token: token))
            let before = try await Self.counts(of: gateway, path)
            let express = try connection.ask(Self.request(path, token: token))
            let counts = try await Self.counts(of: gateway, path)
            #expect(counts.express == before.express + 1 && counts.all == before.all + 1)
            // The lane takes no name with an underscore.
            let ordinary = try connection.ask(Self.request(path, token: token, "X_Y: z\r\n"))
            #expect(try await Self.counts(of: gateway, path).express == counts.express)
            #expect(Self.lasting(express) == Self.lasting(ordinary))
            #expect(Self.lasting(express) == Self.lasting(first))
            #expect(Set([first, express, ordinary].map { $0["x-request-id"] }).count == 3)
            #expect(express["x-request-id"]?.wholeMatch(of: /[a-z2-7]{26}/) != nil)
            let id = "proxy" + path.replacing("/", with: "-")
            let named = try connection.ask(Self.request(path, token: token, "X-Request-ID: \(id)\r\n"))
            #expect(named["x-request-id"] == id)
            let line = try await gateway.process.line(containing: "request_id=\(id)")
            #expect(line.contains("request answered") && line.contains("route=\(path)") && line.contains("status=200"))
        }
        await gateway.end()
    }

    @Test func `API keys and the cookie of a session pass by the lane too, and a key for some paths for those alone`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.rules)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        func key(_ json: String) async throws -> String {
            try await gateway.send("POST", "/auth/keys", json: json, token: token).text("key")
        }
        let (whole, scoped) = (
            try await key(#"{"name":"ci"}"#), try await key(#"{"name":"reports","paths":["/reports/**"]}"#)
        )
        let cookie = "Cookie: a=b; gateway_session=\(try await SessionCookies(folder: folder).add()); c=d\r\n"
        let connection = try OpenSocket(to: .port(gateway.port))
        for path in Self.paths {
            let isPlain = path == "/auth/verify"
            let unscoped = ["Authorization: Bearer \(whole)\r\n", cookie]
            for (shown, target, status, isExpress) in unscoped.map({ ($0, "/page", 200, true) }) + [
                ("Authorization: Bearer \(scoped)\r\n", "/reports/1", isPlain ? 403 : 200, !isPlain),
                ("Authorization: Bearer \(scoped)\r\n", "/page", 403, false),
            ] {
                let question = Self.request(path, showing: shown, to: target)
                #expect(try connection.ask(question).status == status)
                let before = try await Self.counts(of: gateway, path)
                let again = try connection.ask(question)
                #expect(again.status == status && again["remote-user"] == (status == 200 ? "johndoe" : nil))
                let after = try await Self.counts(of: gateway, path)
                #expect(after.express - before.express == (isExpress ? 1 : 0), "\(question)")
                #expect(after.known - before.known == 1, "each sight counts once, whichever way it goes")
            }
        }
        // What is doubled, in one field or in two, is no cookie.
        for doubled in [cookie + cookie, cookie.replacing("c=d", with: "gateway_session=x")] {
            #expect(try connection.ask(Self.request("/auth/verify", showing: doubled)).status == 401)
        }
        #expect(try await gateway.send("POST", "/auth/logout", token: token).status == 204)
        #expect(try connection.ask(Self.request("/auth/verify", showing: cookie)).status == 401)
        await gateway.end()
    }

    @Test func `what is refused is refused behind the lane too, and a revocation acts at once`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.rules)
        let login = try await TourTests.registerAndLogIn(at: gateway)
        let token = try login.text("access_token")
        let connection = try OpenSocket(to: .port(gateway.port))
        for path in Self.paths { #expect(try connection.ask(Self.request(path, token: token)).status == 200) }
        for path in Self.paths.dropFirst() {
            #expect(try connection.ask(Self.request(path, token: token, to: "/staff")).status == 403)
            #expect(try connection.ask(Self.request(path, token: token, to: "/a/%2e%2e/staff")).status == 403)
            #expect(
                try connection.ask(Self.request(path, token: token, to: "/..")).status
                    == (path.hasSuffix("nginx") ? 403 : 400))
        }
        #expect(try await gateway.send("POST", "/auth/logout", token: token).status == 204)
        for path in Self.paths { #expect(try connection.ask(Self.request(path, token: token)).status == 401) }
        await gateway.end()
    }

    @Test func `requests on one connection are answered in their order, whichever way each goes`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.rules)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let verify = Self.request("/auth/verify/nginx", token: token)
        let body = "username=johndoe&password=correct+horse+battery"
        let slow = """
            POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
            Content-Length: \(body.utf8.count)\r\n\r\n\(body)
            """
        for pieces in [
            [slow + verify], [slow, verify], [slow, verify, verify], [verify + verify], [verify + slow + verify],
            [String(verify.prefix(30)), String(verify.dropFirst(30))],
            [slow + verify.prefix(9), String(verify.dropFirst(9))],
        ] {
            let connection = try OpenSocket(to: .port(gateway.port))
            _ = try connection.ask(verify)
            for piece in pieces { connection.send(piece) }
            connection.endSending()
            let answers = connection.rest().components(separatedBy: "HTTP/1.1 ").dropFirst()
            let asked = pieces.joined().components(separatedBy: " HTTP/1.1\r\n").dropLast()
            #expect(answers.map { $0.contains("access_token") } == asked.map { $0.contains("POST /auth/login") })
            #expect(answers.allSatisfy { $0.hasPrefix("200") })
        }
        await gateway.end()
    }

    @Test func `a stage that decides about verification turns the lane off, and the start says so`() async throws {
        let limit = "pipeline: [{use: rate-limit, rules: [{route: ANY /auth/verify/nginx, by: ip, allow: 3 per 1h}]}]\n"
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: limit)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let connection = try OpenSocket(to: .port(gateway.port))
        let statuses = try (1...4).map { _ in
            try connection.ask(Self.request("/auth/verify/nginx", token: token)).status
        }
        #expect(statuses == [200, 200, 200, 503])
        let said = gateway.process.transcript.split(separator: "\n").filter { $0.contains("express lane is off") }
        #expect(said.count == 1)
        #expect(said.first?.contains("route=/auth/verify/nginx") == true)
        #expect(said.first?.contains("module=rate-limit") == true)
        for _ in 1...2 { #expect(try connection.ask(Self.request("/auth/verify", token: token)).status == 200) }
        #expect(try await Self.counts(of: gateway, "/auth/verify").express == 2)
        await gateway.end()
    }

    @Test func `rules of a reload hold at once, on connections and for credentials that are known`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.rules)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let connection = try OpenSocket(to: .port(gateway.port))
        let ask = Self.request("/auth/verify/nginx", token: token)
        for _ in 1...2 { #expect(try connection.ask(ask).status == 200) }
        try gateway.write(extra: "access: {default: nobody}")
        gateway.process.send(SIGHUP)
        _ = try await gateway.process.line(containing: "the file was reloaded")
        #expect(try connection.ask(ask).status == 403)
        try gateway.write(extra: Self.rules)
        gateway.process.send(SIGHUP)
        while try connection.ask(ask).status != 200 {}
        await gateway.end()
    }

    @Test func `of what the lane answers one line for so many is logged, and all of what it does not`() async throws {
        let sampled = "pipeline: [{use: access-log, sample_verifications: 3}]"
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: sampled)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let connection = try OpenSocket(to: .port(gateway.port))
        for _ in 1...7 { _ = try connection.ask(Self.request("/auth/verify", token: token)) }
        for _ in 1...2 { _ = try connection.ask(Self.request("/auth/verify", token: token, "X_Y: z\r\n")) }
        await gateway.end()
        let lines = gateway.process.transcript.split(separator: "\n").filter { $0.contains("route=/auth/verify ") }
        #expect(lines.count == 1 + 2 + 2, "the first sight, two of six by the lane, and two past it")
    }

    private static let rules = """
        access: {rules: [{path: /staff, allow: {groups: [staff]}}]}
        """

    private static func request(
        _ path: String, token: String, to target: String = "/page", _ fields: String = ""
    ) -> String {
        request(path, showing: "Authorization: Bearer \(token)\r\n", to: target, fields)
    }

    private static func request(
        _ path: String, showing credential: String, to target: String = "/page", _ fields: String = ""
    ) -> String {
        let asked =
            switch path {
            case "/auth/verify/nginx": "X-Original-URL: https://a.test\(target)\r\nX-Original-Method: GET\r\n"
            case "/auth/verify/caddy":
                """
                X-Forwarded-Method: GET\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.test\r\n\
                X-Forwarded-Uri: \(target)\r\n
                """
            default: ""
            }
        return "GET \(path) HTTP/1.1\r\nHost: a\r\n\(credential)\(asked)\(fields)\r\n"
    }

    private static func counts(of gateway: GatewayProcess, _ path: String) async throws -> (
        express: Int, all: Int, known: Int
    ) {
        let page = try await Metrics.of(gateway)
        let express = page.value(#"auth_gateway_http_express_answers_total{route="\#(path)"}"#) ?? 0
        let all = page.value(
            #"auth_gateway_http_requests_total{method="GET",route="\#(path)",status="200"}"#)
        let known = page.value(#"auth_gateway_credential_checks_total{outcome="known"}"#) ?? 0
        return (Int(express), Int(all ?? 0), Int(known))
    }

    /// What stays the same from one answer to the next.
    private static func lasting(_ answer: HTTPAnswer) -> [String] {
        answer.headers.filter { !["x-request-id", "date"].contains($0.name) }.map { "\($0.name): \($0.value)" }.sorted()
            + ["\(answer.status)", answer.body]
    }
}

extension OpenSocket {
    fileprivate func ask(_ request: String) throws -> HTTPAnswer {
        send(request)
        return try #require(answer())
    }
}
