import Testing

/// A path that admins alone may see, by as many other names as can be thought of.
@Suite(.timeLimit(.minutes(5)), .needs("nginx"), .needs("caddy"), .needs("haproxy"))
struct PathSpellingTests {
    private static let access = """
        {default: anyone, rules: [{host: app.example.com, path: /admin/**, allow: {groups: [admins]}}]}
        """
    /// Names of the host that all mean the same one, or none.
    private static let hosts = [
        "app.example.com", "APP.Example.COM", "app.example.com:443", "app.example.com:8443", "app.example.com.",
        "user@app.example.com", "app.example.com:", "other.example.com", "app.example.com, app.example.com",
    ]

    @Test(arguments: ProxyServer.Kind.allCases)
    func `no spelling of a protected path gets through a proxy to the application`(kind: ProxyServer.Kind) async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(
            in: folder, server: "log: {level: info}", extra: "access: \(Self.access)")
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let proxy = try await ProxyServer.start(kind, in: folder, gatewayPort: gateway.port, access: Self.access)
        var served = 0
        for (number, path) in Spellings(seed: 1).prefix(600).enumerated() {
            let host = number % 3 == 0 ? Self.hosts[number / 3 % Self.hosts.count] : Self.hosts[0]
            let credential = number % 2 == 0 ? [("Authorization", "Bearer \(token)")] : []
            let exchange = HTTPExchange(path: path, headers: [("Host", host)] + credential)
            let answer = try await proxy.send(exchange)
            // Caddy's answer to a host that it does not serve is an empty 200.
            guard answer.status == 200, !answer.body.isEmpty else { continue }
            served += 1
            let words = answer.body.prefix { $0 != "\r\n" }.split(separator: " ")
            try #require(words.count == 3, "\(path): \(answer.body)")
            #expect(!ApplicationView.isProtected(String(words[1])), "\(host) \(path) arrived as \(words[1])")
        }
        // Most mean something clear, and half of those nothing that is protected.
        #expect(served > 50)
        await proxy.end()
        await gateway.end()
    }

    @Test(arguments: ProxyServer.Kind.allCases)
    func `a request that names two hosts is judged by the one that the application is told`(
        kind: ProxyServer.Kind
    ) async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: "access: \(Self.access)")
        let proxy = try await ProxyServer.start(kind, in: folder, gatewayPort: gateway.port, access: Self.access)
        for (named, host) in [
            ("app.example.com", "other.example.com"), ("APP.example.com", "other.example.com"),
            ("other.example.com", "app.example.com"), ("app.example.com:80", "other.example.com:80"),
        ] {
            let answer = try await proxy.get("http://\(named)/admin/users", [("Host", host)])
            #expect(answer.body.isEmpty || !answer.body.hasPrefix("GET "), "\(named) \(host): \(answer.body)")
            #expect([200, 400, 401, 404, 421].contains(answer.status), "\(named) \(host)")
        }
        let served = try await proxy.get("http://app.example.com/page")
        #expect(served.body.hasPrefix("GET "))
        await proxy.end()
        await gateway.end()
    }

    @Test(arguments: ["nginx", "caddy", "traefik", "haproxy", "envoy"])
    func `no spelling of a protected path is let pass, whichever proxy asks`(dialect: String) async throws {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), server: "log: {level: info}", extra: "access: \(Self.access)")
        var passed = 0
        for (number, path) in Spellings(seed: 2).prefix(600).enumerated() {
            let host = Self.hosts[number % (Self.hosts.count - 2)]
            let answer = try await Self.ask(gateway, dialect, host, path)
            guard answer.status == 200 else { continue }
            passed += 1
            #expect(!ApplicationView.isProtected(path), "\(host) \(path)")
        }
        #expect(passed > 50)
        await gateway.end()
    }

    private static func ask(
        _ gateway: GatewayProcess, _ dialect: String, _ host: String, _ path: String
    ) async throws -> HTTPAnswer {
        switch dialect {
        case "nginx":
            try await gateway.get(
                "/auth/verify/nginx", [("X-Original-URL", "https://\(host)\(path)"), ("X-Original-Method", "GET")])
        case "envoy":
            try await gateway.get("/auth/verify/envoy\(path)", [("Host", host)])
        default:
            try await gateway.get(
                "/auth/verify/\(dialect)",
                [
                    ("X-Forwarded-Method", "GET"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", host),
                    ("X-Forwarded-Uri", path),
                ])
        }
    }
}
