import Foundation
import Testing

/// A site behind each real proxy that asks the real gateway, by the configuration that `auth-gateway proxy` prints.
@Suite(.timeLimit(.minutes(5)), .needs("nginx"), .needs("caddy"), .needs("haproxy"))
struct ProxyTests {
    typealias Kind = ProxyServer.Kind

    @Test(arguments: Kind.allCases)
    func `a page is served with a token and refused without`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let refused = try await site.proxy.get("/page")
            #expect(refused.status == 401)
            #expect(refused["www-authenticate"] == #"Bearer realm="auth-gateway""#)
            let bad = try await site.proxy.get("/page", token: "bad")
            #expect(bad.status == 401)
            #expect(bad["www-authenticate"] == #"Bearer realm="auth-gateway", error="invalid_token""#)
            let served = try await site.proxy.get("/page?a=b", token: site.token)
            #expect(served.status == 200)
            #expect(served.body.hasPrefix("GET /page?a=b HTTP/1."))
        }
    }

    @Test(arguments: Kind.allCases)
    func `the application is told who it is by all five headers, and never the token`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let create = [
                "users", "create", "--username", "root", "--email", "root@example.com", "--groups", "staff,admins",
                "--password-stdin", "--config", "config.yaml",
            ]
            let created = try await site.gateway.run(create, input: "correct horse battery\n")
            #expect(created.status == 0)
            let login = try await site.proxy.post("/auth/login", form: "username=root&password=correct+horse+battery")
            let token = try login.text("access_token")
            let id = try await site.gateway.get("/auth/me", token: token).text("id")
            let served = try await site.proxy.get("/page", token: token)
            #expect(
                identity(in: served) == [
                    "remote-email: root@example.com", "remote-groups: admins,staff", "remote-name: root",
                    "remote-subject: \(id)", "remote-user: root",
                ])
            #expect(!served.body.contains(token))
        }
    }

    @Test(arguments: Kind.allCases)
    func `a client's own identity headers never arrive at the application, however they are spelled`(kind: Kind)
        async throws
    {
        try await withSite(kind) { (site: Site) async throws in
            let names = ["Remote-User", "Remote-Subject", "Remote-Email", "Remote-Name", "Remote-Groups"]
            let spellings = names + names.map { $0.uppercased() } + names.map { $0.replacing("-", with: "_") }
            let forged = spellings.map { ($0, "forged") } + names.map { ($0.lowercased(), "") }
            let served = try await site.proxy.get("/page", token: site.token, forged)
            let id = try await site.gateway.get("/auth/me", token: site.token).text("id")
            // The address is not verified and there are no groups, so there is nothing to put in their place.
            let own = ["remote-name: johndoe", "remote-subject: \(id)", "remote-user: johndoe"]
            #expect(identity(in: served) == own)
            #expect(!served.body.contains("forged"))
            #expect(try await site.proxy.get("/page", forged).status == 401)
            let nobody = try await site.proxy.get("/open/page", forged)
            #expect(nobody.status == 200)
            #expect(identity(in: nobody) == [])
            // A proxy that drops what Connection names must not drop what it has set itself.
            for name in names {
                let dropping = try await site.proxy.get("/page", token: site.token, [("Connection", name)])
                #expect(dropping.status == 400 || identity(in: dropping) == own, "\(name)")
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `no header of a client says which request is judged, nor which the application gets`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let lies = [
                ("X-Original-URL", "https://app.example.com/open/page"), ("X-Original-Method", "HEAD"),
                ("X-Forwarded-Uri", "/open/page"), ("X-Forwarded-Host", "other.example.com"),
                ("X-Forwarded-Method", "HEAD"), ("X-Forwarded-Proto", "ftp"), ("X-Forwarded-For", "192.0.2.1"),
                ("X-Rewrite-URL", "/open/page"), ("X-HTTP-Method-Override", "HEAD"), ("X-HTTP-Method", "HEAD"),
                ("X-Method-Override", "HEAD"),
            ]
            for (name, value) in lies {
                for name in [name, name.lowercased(), name.replacing("-", with: "_")] {
                    for count in 1...2 {
                        let lie = Array(repeating: (name, value), count: count)
                        let refused = try await site.proxy.get("/page", lie)
                        #expect([400, 401].contains(refused.status), "\(name)")
                        #expect(!refused.body.hasPrefix("GET "), "\(name)")
                        let closed = try await site.proxy.get("/closed/page", token: site.token, lie)
                        #expect([400, 403].contains(closed.status), "\(name)")
                        let served = try await site.proxy.get("/page", token: site.token, lie)
                        let arrived = served.body.components(separatedBy: "\r\n").filter { $0.hasSuffix(": " + value) }
                        #expect(arrived.isEmpty, "\(name): \(arrived)")
                    }
                }
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `a browser is sent to the login page, and nobody else`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let page = "https://auth.example.com/login?rd="
            let asked: [(String, [(String, String)])] = [
                ("GET", [("Sec-Fetch-Mode", "navigate")]), ("GET", [("Accept", "text/html,*/*;q=0.8")]),
                ("POST", [("Sec-Fetch-Mode", "navigate")]),
            ]
            for (method, headers) in asked {
                let sent = try await site.proxy.send(
                    HTTPExchange(method: method, path: "/page?a=b%20c&d", headers: headers))
                #expect([302, 303].contains(sent.status))
                #expect(method == "GET" || sent.status == 303)
                #expect(
                    sent["location"]?.hasPrefix(page + "http%3A%2F%2Fapp.example.com%2Fpage%3Fa%3Db%2520c%26d") == true)
            }
            for headers in [
                [], [("Accept", "application/json")], [("Sec-Fetch-Mode", "cors"), ("Accept", "text/html")],
            ] {
                let refused = try await site.proxy.get("/page", headers)
                #expect(refused.status == 401)
                #expect(refused["location"] == nil)
            }
            let forbidden = try await site.proxy.get("/closed/page", token: site.token, [("Accept", "text/html")])
            #expect(forbidden.status == 403)
            let served = try await site.proxy.get("/page", token: site.token, [("Accept", "text/html")])
            #expect(served.status == 200)
        }
    }

    @Test(arguments: Kind.allCases)
    func `a body arrives as it was sent, be its length stated or not`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let body = (0..<20_000).map { "\($0)" }.joined(separator: ",")
            let stated = HTTPExchange(
                method: "POST", path: "/page", headers: [("Authorization", "Bearer \(site.token)")], body: body)
            let served = try await site.proxy.send(stated)
            #expect(served.body.hasPrefix("POST /page HTTP/1."))
            #expect(served.body.hasSuffix("\r\n\r\n" + body))
            let socket = try OpenSocket(to: site.proxy.address)
            socket.send(
                "POST /page HTTP/1.1\r\nHost: app.example.com\r\nAuthorization: Bearer \(site.token)\r\n"
                    + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n")
            let unstated = socket.rest()
            #expect(unstated.contains("first") && unstated.contains("second"), "\(unstated)")
            let refused = try await site.proxy.send(HTTPExchange(method: "POST", path: "/page", body: body))
            #expect(refused.status == 401)
        }
    }

    @Test(arguments: Kind.allCases)
    func `each request of a connection is judged for itself`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let socket = try OpenSocket(to: site.proxy.address)
            for number in 0..<60 {
                let (path, credential, status) =
                    switch number % 4 {
                    case 0: ("/page", "Authorization: Bearer \(site.token)\r\n", 200)
                    case 1: ("/open/page", "", 200)
                    case 2: ("/closed/page", "Authorization: Bearer \(site.token)\r\n", 403)
                    default: ("/page", "", 401)
                    }
                socket.send("GET \(path)?\(number) HTTP/1.1\r\nHost: app.example.com\r\n\(credential)\r\n")
                let answer = try #require(socket.answer(), "\(number)")
                #expect(answer.status == status, "\(number)")
                guard status == 200 else { continue }
                #expect(answer.body.hasPrefix("GET \(path)?\(number) HTTP/1."))
                #expect(identity(in: answer).contains("remote-user: johndoe") == (path == "/page"))
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `connections to the gateway are kept and used again`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let before = try Self.connections(to: site.gateway.port)
            for number in 0..<60 {
                let answer = try await site.proxy.get("/page", token: number % 3 == 0 ? nil : site.token)
                #expect(answer.status == (number % 3 == 0 ? 401 : 200))
            }
            let between = try Self.connections(to: site.gateway.port)
            #expect((1..<12).contains(between.subtracting(before).count))
            // The measure itself, by connections of the test's own. The table changes while it is
            // read, so that a few may be missing.
            let others = try (0..<20).map { _ in try OpenSocket(to: .port(site.gateway.port)) }
            let after = try withExtendedLifetime(others) { try Self.connections(to: site.gateway.port) }
            #expect(after.subtracting(between).count > 12)
        }
    }

    /// The clients' ports of all connections to a port of this machine, those that ended within the last minute too.
    private static func connections(to port: Int) throws -> Set<Substring> {
        let table = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/net/tcp")).readToEnd() ?? Data()
        let lines = String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
        let own = ":" + String(port, radix: 16, uppercase: true).leftPadded(to: 4)
        return Set(
            lines.compactMap { line in
                let ends = line.split(separator: " ").dropFirst().prefix(2)
                guard let at = ends.first(where: { $0.hasSuffix(own) }) else { return nil }
                return ends.first { $0 != at && !$0.hasSuffix(":0000") }
            })
    }

    @Test(arguments: Kind.allCases)
    func `a second credential is refused, and the rest of a request arrives as it was sent`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let doubled = try await site.proxy.get(
                "/page", token: site.token, [("Authorization", "Bearer \(site.token)")])
            #expect([400, 401].contains(doubled.status))
            #expect(!doubled.body.hasPrefix("GET "))
            let served = try await site.proxy.get("/page", token: site.token, [("X-Own", "kept"), ("Cookie", "a=b")])
            let header = served.body.lowercased()
            for line in ["x-own: kept", "cookie: a=b", "host: app.example.com"] {
                #expect(header.contains("\r\n\(line)\r\n"), "\(line)")
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `the tour works through the proxy, by the mailed link too, and ends old tokens at the page`(kind: Kind)
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let proxy = try await ProxyServer.start(kind, in: folder, gatewayPort: gateway.port)
        #expect(try await proxy.post("/auth/register", json: TourTests.registration).status == 201)
        let login = try await proxy.post("/auth/login", form: "username=johndoe&password=correct+horse+battery")
        #expect(login.status == 200)
        let me = try await proxy.get("/auth/me", token: login.text("access_token"))
        #expect(try me.text("username") == "johndoe")
        #expect(try await proxy.get("/page", token: login.text("access_token")).status == 200)
        let refreshBody = #"{"refresh_token":"\#(try login.text("refresh_token"))"}"#
        let refreshed = try await proxy.post("/auth/refresh", json: refreshBody)
        let token = try refreshed.text("access_token")
        #expect(try await proxy.get("/page", token: token).status == 200)

        let forgot = try await proxy.post("/auth/forgot-password", json: #"{"email":"john@example.com"}"#)
        #expect(forgot.status == 202)
        let path = try await Mailbox(folder: folder).resetLink()
        let form = try await proxy.get(path)
        #expect(form.status == 200)
        #expect(form.body.contains(#"<form method="post">"#))
        #expect(try await proxy.post(path, form: "new_password=staple+battery+horse").status == 200)
        #expect(try await proxy.get("/page", token: token).status == 401)
        #expect(try await proxy.get("/page", token: login.text("access_token")).status == 401)
        let again = try await proxy.post("/auth/login", form: "username=johndoe&password=staple+battery+horse")
        #expect(try await proxy.get("/page", token: again.text("access_token")).status == 200)
        await proxy.end()
        await gateway.end()
    }

    @Test(arguments: Kind.allCases)
    func `a logged-out token is refused at the page at once`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            #expect(try await site.proxy.get("/page", token: site.token).status == 200)
            #expect(try await site.proxy.post("/auth/logout", json: "{}", token: site.token).status == 204)
            #expect(try await site.proxy.get("/page", token: site.token).status == 401)
        }
    }

    @Test(arguments: Kind.allCases)
    func `outsiders cannot ask the proxies' questions, and apps can ask theirs`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            for path in [
                "/auth/verify/nginx", "/auth/verify/", "/auth//verify/nginx", "/auth/%76erify/nginx",
                "/auth/x/../verify/nginx", "/auth/verify%2Fnginx", "/auth/verify/nginx/",
                "/auth/verify/envoy/page", "/auth/verify/envoy/../envoy/page",
            ] + (kind == .nginx ? ["/_auth", "//_auth", "/%5Fauth"] : []) {
                #expect(try await site.proxy.get(path, token: site.token).status == 404, "\(path)")
            }
            #expect(try await site.proxy.get("/auth/verify", token: site.token)["remote-user"] == "johndoe")
            let keys = try await site.proxy.get("/.well-known/jwks.json")
            #expect(keys["content-type"] == "application/jwk-set+json")
        }
    }

    @Test(arguments: Kind.allCases)
    func `an outsider does not choose the id that the log knows a request by`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let chosen = [("X-Request-ID", "an-outsiders-choice")]
            let answer = try await site.proxy.get("/auth/me", token: site.token, chosen)
            #expect(answer.status == 200)
            #expect(answer["x-request-id"] != "an-outsiders-choice")
            #expect(try await site.proxy.get("/page", token: site.token, chosen).status == 200)
            #expect(!site.gateway.process.transcript.contains("an-outsiders-choice"))
        }
    }

    @Test(arguments: Kind.allCases)
    func `a body over the limit is refused in the gateway's words`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            let body = "{}" + String(repeating: " ", count: 65_535)
            let refused = try await site.proxy.post("/auth/login", json: body)
            #expect(try Refusal(refused) == Refusal(413, "body_too_large"))
        }
    }

    @Test(arguments: Kind.allCases)
    func `while the gateway is away, nobody passes`(kind: Kind) async throws {
        try await withSite(kind) { (site: Site) async throws in
            #expect(try await site.proxy.get("/page", token: site.token).status == 200)
            await site.gateway.end()
            for token in [site.token, nil] {
                let answer = try await site.proxy.get("/page", token: token)
                #expect((500...599).contains(answer.status))
                #expect(!answer.body.hasPrefix("GET "))
            }
            #expect(try await [502, 503].contains(site.proxy.get("/auth/me", token: site.token).status))
        }
    }

    private struct Site: Sendable {
        let gateway: GatewayProcess
        let proxy: ProxyServer
        let token: String
    }

    private func withSite(_ kind: Kind, _ body: (Site) async throws -> Void) async throws {
        let folder = try TestFolder()
        let access = """
            {login_url: "https://auth.example.com/login", rules: [{path: /open/**, allow: anyone},
             {path: /closed/**, allow: nobody}]}
            """
        let gateway = try await GatewayProcess.start(in: folder, extra: "access: \(access)")
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let proxy = try await ProxyServer.start(
            kind, in: folder, gatewayPort: gateway.port, access: access)
        try await body(Site(gateway: gateway, proxy: proxy, token: token))
        await proxy.end()
        await gateway.end()
    }

    /// The lines of the header that reached the application which say who it is, or could be taken to; empty ones say
    /// nothing.
    private func identity(in answer: HTTPAnswer) -> [String] {
        answer.body.components(separatedBy: "\r\n").map { $0.lowercased() }.filter { line in
            let name = line.prefix { $0 != ":" }.replacing("_", with: "-")
            return (name.hasPrefix("remote-") || name == "authorization") && !line.hasSuffix(":")
                && !line.hasSuffix(": ")
        }.sorted()
    }
}

extension String {
    fileprivate func leftPadded(to length: Int) -> String { String(repeating: "0", count: length - count) + self }
}
