import Foundation
import Testing

/// A site behind a real nginx that asks the real gateway, by the configuration in `deploy/`.
@Suite(.timeLimit(.minutes(5)), .needs("nginx"))
struct NginxTests {
    @Test func `a page is served with a token and refused without`() async throws {
        try await withSite { (site: Site) async throws in
            let refused = try await site.nginx.get("/page")
            #expect(refused.status == 401)
            #expect(refused["www-authenticate"] == #"Bearer realm="auth-gateway""#)
            let bad = try await site.nginx.get("/page", token: "bad")
            #expect(bad.status == 401)
            #expect(bad["www-authenticate"] == #"Bearer realm="auth-gateway", error="invalid_token""#)
            let served = try await site.nginx.get("/page?a=b", token: site.token)
            #expect(served.status == 200)
            #expect(served.body.hasPrefix("GET /page?a=b HTTP/1."))
        }
    }

    @Test func `the application is told who it is by all five headers, and never the token`() async throws {
        try await withSite { (site: Site) async throws in
            let create = [
                "users", "create", "--username", "root", "--email", "root@example.com", "--groups", "staff,admins",
                "--password-stdin", "--config", "config.yaml",
            ]
            let created = try await site.gateway.run(create, input: "correct horse battery\n")
            #expect(created.status == 0)
            let login = try await site.nginx.post("/auth/login", form: "username=root&password=correct+horse+battery")
            let token = try login.text("access_token")
            let id = try await site.gateway.get("/auth/me", token: token).text("id")
            let served = try await site.nginx.get("/page", token: token)
            #expect(
                identity(in: served) == [
                    "remote-user: root", "remote-subject: \(id)", "remote-email: root@example.com",
                    "remote-name: root", "remote-groups: admins,staff",
                ])
            #expect(!served.body.contains(token))
        }
    }

    @Test func `a client's own identity headers never arrive at the application, however they are spelled`()
        async throws
    {
        try await withSite { (site: Site) async throws in
            let names = ["Remote-User", "Remote-Subject", "Remote-Email", "Remote-Name", "Remote-Groups"]
            let spellings = names + names.map { $0.uppercased() } + names.map { $0.replacing("-", with: "_") }
            let forged = spellings.map { ($0, "forged") } + names.map { ($0.lowercased(), "") }
            let served = try await site.nginx.get("/page", token: site.token, forged)
            let id = try await site.gateway.get("/auth/me", token: site.token).text("id")
            // The address is not verified and there are no groups, so there is nothing to put in their place.
            #expect(identity(in: served) == ["remote-user: johndoe", "remote-subject: \(id)", "remote-name: johndoe"])
            #expect(!served.body.contains("forged"))
            #expect(try await site.nginx.get("/page", forged).status == 401)
        }
    }

    @Test func `a second credential is refused, and the rest of a request arrives as it was sent`() async throws {
        try await withSite { (site: Site) async throws in
            let doubled = try await site.nginx.get(
                "/page", token: site.token, [("Authorization", "Bearer \(site.token)")])
            #expect([400, 401].contains(doubled.status))
            #expect(!doubled.body.hasPrefix("GET "))
            let served = try await site.nginx.get("/page", token: site.token, [("X-Own", "kept"), ("Cookie", "a=b")])
            #expect(served.body.contains("\r\nX-Own: kept\r\n"))
            #expect(served.body.contains("\r\nCookie: a=b\r\n"))
            #expect(served.body.contains("\r\nHost: app.example.com\r\n"))
        }
    }

    @Test func `the tour works through the proxy, by the mailed link too, and ends old tokens at the page`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let nginx = try await Nginx.start(in: folder, gatewayPort: gateway.port)
        #expect(try await nginx.post("/auth/register", json: TourTests.registration).status == 201)
        let login = try await nginx.post("/auth/login", form: "username=johndoe&password=correct+horse+battery")
        #expect(login.status == 200)
        let me = try await nginx.get("/auth/me", token: login.text("access_token"))
        #expect(try me.text("username") == "johndoe")
        #expect(try await nginx.get("/page", token: login.text("access_token")).status == 200)
        let refreshBody = #"{"refresh_token":"\#(try login.text("refresh_token"))"}"#
        let refreshed = try await nginx.post("/auth/refresh", json: refreshBody)
        let token = try refreshed.text("access_token")
        #expect(try await nginx.get("/page", token: token).status == 200)

        let forgot = try await nginx.post("/auth/forgot-password", json: #"{"email":"john@example.com"}"#)
        #expect(forgot.status == 202)
        let path = try await Mailbox(folder: folder).resetLink()
        let form = try await nginx.get(path)
        #expect(form.status == 200)
        #expect(form.body.contains(#"<form method="post">"#))
        #expect(try await nginx.post(path, form: "new_password=staple+battery+horse").status == 200)
        #expect(try await nginx.get("/page", token: token).status == 401)
        #expect(try await nginx.get("/page", token: login.text("access_token")).status == 401)
        let again = try await nginx.post("/auth/login", form: "username=johndoe&password=staple+battery+horse")
        #expect(try await nginx.get("/page", token: again.text("access_token")).status == 200)
        await nginx.end()
        await gateway.end()
    }

    @Test func `a logged-out token is refused at the page at once`() async throws {
        try await withSite { (site: Site) async throws in
            #expect(try await site.nginx.get("/page", token: site.token).status == 200)
            #expect(try await site.nginx.post("/auth/logout", json: "{}", token: site.token).status == 204)
            #expect(try await site.nginx.get("/page", token: site.token).status == 401)
        }
    }

    @Test func `outsiders cannot ask the proxies' questions, and apps can ask theirs`() async throws {
        try await withSite { (site: Site) async throws in
            for path in [
                "/auth/verify/nginx", "/auth/verify/", "/auth//verify/nginx", "/auth/%76erify/nginx",
                "/auth/x/../verify/nginx", "/auth/verify%2Fnginx", "/auth/verify/nginx/", "/_auth", "//_auth",
                "/%5Fauth",
            ] {
                #expect(try await site.nginx.get(path, token: site.token).status == 404, "\(path)")
            }
            #expect(try await site.nginx.get("/auth/verify", token: site.token)["remote-user"] == "johndoe")
            let keys = try await site.nginx.get("/.well-known/jwks.json")
            #expect(keys["content-type"] == "application/jwk-set+json")
        }
    }

    @Test func `an outsider does not choose the id that the log knows a request by`() async throws {
        try await withSite { (site: Site) async throws in
            let chosen = [("X-Request-ID", "an-outsiders-choice")]
            let answer = try await site.nginx.get("/auth/me", token: site.token, chosen)
            #expect(answer.status == 200)
            #expect(answer["x-request-id"] != "an-outsiders-choice")
            #expect(try await site.nginx.get("/page", token: site.token, chosen).status == 200)
            #expect(!site.gateway.process.transcript.contains("an-outsiders-choice"))
        }
    }

    @Test func `a body over the limit is refused in the gateway's words`() async throws {
        try await withSite { (site: Site) async throws in
            let body = "{}" + String(repeating: " ", count: 65_535)
            let refused = try await site.nginx.post("/auth/login", json: body)
            #expect(try Refusal(refused) == Refusal(413, "body_too_large"))
        }
    }

    @Test func `while the gateway is away, nobody passes`() async throws {
        try await withSite { (site: Site) async throws in
            #expect(try await site.nginx.get("/page", token: site.token).status == 200)
            await site.gateway.end()
            for token in [site.token, nil] {
                let answer = try await site.nginx.get("/page", token: token)
                #expect((500...599).contains(answer.status))
                #expect(!answer.body.hasPrefix("GET "))
            }
            #expect(try await site.nginx.get("/auth/me", token: site.token).status == 502)
        }
    }

    private struct Site: Sendable {
        let gateway: GatewayProcess
        let nginx: Nginx
        let token: String
    }

    private func withSite(_ body: (Site) async throws -> Void) async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let nginx = try await Nginx.start(in: folder, gatewayPort: gateway.port)
        try await body(Site(gateway: gateway, nginx: nginx, token: token))
        await nginx.end()
        await gateway.end()
    }

    /// The lines of the header that reached the application which say who it is, or could be taken to.
    private func identity(in answer: HTTPAnswer) -> [String] {
        answer.body.components(separatedBy: "\r\n").map { $0.lowercased() }.filter { line in
            let name = line.prefix { $0 != ":" }.replacing("_", with: "-")
            return name.hasPrefix("remote-") || name == "authorization"
        }
    }
}
