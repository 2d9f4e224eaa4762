import Foundation
import GatewayTestServers
import Testing

/// `auth-gateway doctor` before real proxies: as they are printed, and with one thing wrong.
@Suite(.timeLimit(.minutes(5)), .needs("nginx"), .needs("caddy"), .needs("haproxy"), .needs("openssl"))
struct DoctorTests {
    typealias Kind = ProxyServer.Kind
    typealias Mistake = (printed: String, own: String)

    @Test(arguments: Kind.allCases)
    func `a printed configuration lets nothing through, seen from outside and from the application`(kind: Kind)
        async throws
    {
        try await withSite(kind) { (site: Site) async throws in
            let outside = try await site.doctor()
            #expect(outside.status == 0, "\(outside.output)")
            #expect(outside.output.hasPrefix("ok           the plain request is refused with 401, by the gateway\n"))
            #expect(outside.output.hasSuffix("\nnothing got through that could be seen"))
            let marks = ["LEAK", "warning"]
            #expect(!outside.output.split(separator: "\n").contains { marks.contains(where: $0.hasPrefix) })
        }
        try await withSite(kind, echoing: true) { (site: Site) async throws in
            let inside = try await site.doctor(["--token-stdin", "--config", "printed.yaml"], input: site.token + "\n")
            #expect(inside.status == 0, "\(inside.output)")
            let id = try await site.gateway.get("/auth/me", token: site.token).text("id")
            // An address on a unix socket is none, and shorter.
            let from =
                kind == .nginx
                ? "x-forwarded-for: unix:, x-forwarded-host:\n             app.example.com"
                : "x-forwarded-for: 127.0.0.1,\n             x-forwarded-host: app.example.com"
            #expect(
                inside.output == """
                    ok           the plain request is refused with 401, by the gateway
                    ok           credentials that nobody issued: 9 requests, none got through
                    ok           forged identity headers: 32 requests, none got through
                    ok           forged headers about the request: 61 requests, none got through
                    ok           other methods: 6 requests, none got through
                    ok           other spellings of the path: 53 requests, none got through
                    ok           the path behind a public one: 47 requests, none got through
                    ok           other names of the host: 28 requests, none got through
                    ok           the request with the token passes: 200
                    ok           the application is told who it is: remote-name: johndoe, remote-subject:
                                 \(id), remote-user: johndoe
                    ok           the application is told where it comes from: \(from), x-forwarded-proto: http
                    ok           the token does not reach the application
                    ok           forged identity headers beside the token: 32 requests, none got through
                    ok           forged headers about the request beside the token: 44 requests, none got through
                    ok           the session cookie of a browser reaches the application, as all cookies do

                    nothing got through
                    """)
        }
    }

    private static let mistakes: [(kind: Kind, mistakes: [Mistake], words: String)] = [
        (
            .nginx, [("proxy_set_header Remote-User    $auth_user;", "")],
            "LEAK         forged identity headers beside the token: 5 of 32 requests got through"
        ),
        (
            .nginx, [("underscores_in_headers off;", "underscores_in_headers on;")],
            "The application was told: Remote_User: doctor-"
        ),
        // What is decoded and tidied up is asked about, and what came is forwarded.
        (
            .nginx,
            [
                ("auth_request /_auth;", "set $wanted $uri; auth_request /_auth;"),
                ("$scheme://$host$request_uri;", "$scheme://$host$wanted;"),
            ], "LEAK         the path behind a public one: 3 of 47 requests got through"
        ),
        (
            .nginx, [("$scheme://$host$request_uri;", "$scheme://$host$uri;")],
            "warning      the public path /open is refused without a credential"
        ),
        (
            .nginx, [("location / {", "location /open/ { proxy_pass http://app; }\nlocation / {")],
            "was passed on to the application, as /open/..;/page."
        ),
        (
            .nginx, [("proxy_set_header X-Rewrite-URL          \"\";", "")],
            "was told what the client says in: X-Rewrite-URL."
        ),
        (
            .haproxy, [("auth-gateway unless of_gateway", "auth-gateway unless of_gateway || { path_beg /open/ }")],
            "was passed on to the application, as /open/../page."
        ),
        (
            .haproxy, [("auth-gateway unless of_gateway", "auth-gateway if !of_gateway !{ method OPTIONS }")],
            "LEAK         other methods: 1 of 6 requests got through"
        ),
        (
            .haproxy,
            [("auth-gateway unless of_gateway", "auth-gateway if !of_gateway !{ req.fhdr(authorization) -m found }")],
            "LEAK         credentials that nobody issued: 6 of 9 requests got through"
        ),
        (
            .caddy, [("forward_auth ", "@ask not path /open/*\nforward_auth @ask ")],
            "was passed on to the application, as /open/..;/page."
        ),
        (
            .caddy, [("request_header -*_*", "")],
            "LEAK         forged identity headers beside the token: 6 of 32 requests got through"
        ),
    ]

    @Test(arguments: mistakes)
    func `a mistake in a proxy's configuration is found and named`(kind: Kind, mistakes: [Mistake], words: String)
        async throws
    {
        try await withSite(kind, breaking: mistakes, echoing: true) { (site: Site) async throws in
            let found = try await site.doctor(["--token-stdin", "--config", "printed.yaml"], input: site.token + "\n")
            #expect(found.output.contains(words), "\(found.output)")
            #expect(found.status == 1)
            #expect(!found.output.contains(site.token))
            #expect(!found.output.contains("got through\n\nnothing"))
        }
    }

    @Test func `without a place in the application's stead, an answer that repeats the forged name gives it away`()
        async throws
    {
        let mistake = ("proxy_set_header Remote-User    $auth_user;", "")
        try await withSite(.nginx, breaking: [mistake]) { (site: Site) async throws in
            let found = try await site.doctor(["--token-stdin"], input: site.token)
            #expect(found.status == 1)
            #expect(found.output.contains("The answer repeats the forged value, so the application was told it."))
            // The application of the tests answers with all that it gets.
            #expect(!found.output.contains(site.token))
        }
    }

    @Test func `a page that nobody is asked about is said to be public`() async throws {
        let mistake = ("auth_request /_auth;", "")
        try await withSite(.nginx, breaking: [mistake]) { (site: Site) async throws in
            let found = try await site.doctor()
            #expect(found.status == 1)
            #expect(found.output.hasPrefix("LEAK         the plain request was answered 200 without a credential\n"))
            #expect(found.output.contains("(nginx: the location has no auth_request)"))
        }
    }

    @Test func `a token that opens nothing, and a proxy that forwards elsewhere, are said`() async throws {
        try await withSite(.nginx) { (site: Site) async throws in
            let refused = try await site.doctor(["--token", "a-token-that-nobody-issued"])
            #expect(refused.status == 1)
            #expect(
                refused.output.hasSuffix(
                    "cannot tell  the request with the token was refused with 401: take one of somebody who may pass"))
            let elsewhere = try await site.doctor(
                ["--token-stdin", "--echo", "unix:doctor.sock"], input: site.token)
            #expect(elsewhere.status == 1)
            #expect(elsewhere.output.contains("arrive at unix:doctor.sock, so have the proxy forward there"))
            await site.proxy.end()
            let gone = try await site.doctor()
            #expect(gone.status == 1)
            #expect(gone.output.hasSuffix("nginx.sock cannot be reached: no such file or directory"))
        }
    }

    @Test func `a proxy is asked over TLS, and only if its certificate is trusted and its own`() async throws {
        let folder = try TestFolder()
        for name in ["app.example.com", "other.example.com"] {
            let words = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", "\(name).key", "-out", "\(name).pem",
            ]
            let openssl = try #require(Program.path(of: "openssl"))
            #expect(try await RunningProcess.run(openssl, words, folder: folder.url).status == 0)
        }
        let (own, other) = (try FreePort.next(), try FreePort.next())
        let home = folder.url.path
        let servers = [("app.example.com", own), ("other.example.com", other)].map { name, port in
            """
            server {
              listen 127.0.0.1:\(port) ssl;
              ssl_certificate \(home)/\(name).pem;
              ssl_certificate_key \(home)/\(name).key;
              location / { return 401; }
            }
            """
        }
        let nginx = try await ProxyServer.nginx(servers.joined(separator: "\n"), in: folder, listeningAt: .port(other))
        func doctor(_ port: Int, trusting name: String?) async throws -> (status: Int32, output: String) {
            let ca = name.map { ["--ca", "\($0).pem"] } ?? []
            let words = ["doctor", "https://app.example.com/", "--connect", "127.0.0.1:\(port)"]
            return try await GatewayProcess.run(words + ca, in: folder)
        }
        let right = try await doctor(own, trusting: "app.example.com")
        #expect(right.status == 0)
        #expect(right.output.hasPrefix("cannot tell  the plain request is refused with 401, by whom cannot be seen\n"))
        let unknown = try await doctor(own, trusting: nil)
        #expect(unknown.status == 1)
        #expect(
            unknown.output == "127.0.0.1:\(own) cannot be reached: its certificate is not of an authority that is "
                + "trusted here, or is over; --ca FILE trusts another authority")
        let foreign = try await doctor(other, trusting: "other.example.com")
        #expect(foreign == (1, "127.0.0.1:\(other) cannot be reached: its certificate is for another name"))
        await nginx.end()
    }

    private struct Site: Sendable {
        let gateway: GatewayProcess
        let proxy: ProxyServer
        let token: String
        let isEchoing: Bool

        /// Runs it on a page that needs a token.
        func doctor(_ words: [String] = [], input: String = "") async throws -> (status: Int32, output: String) {
            let place =
                switch proxy.address {
                case .port(let port): "127.0.0.1:\(port)"
                case .unix(let path): "unix:\(path)"
                }
            let echo = isEchoing ? ["--echo", "unix:" + gateway.folder.path("doctor.sock")] : []
            let arguments = ["doctor", "http://app.example.com/page", "--connect", place] + echo + words
            return try await gateway.run(arguments, input: input)
        }
    }

    private func withSite(
        _ kind: Kind, breaking mistakes: [Mistake] = [], echoing: Bool = false, _ body: (Site) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        let access = "{rules: [{path: /open/**, allow: anyone}]}"
        let gateway = try await GatewayProcess.start(in: folder, extra: "access: \(access)")
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let proxy = try await ProxyServer.start(
            kind, in: folder, gatewayPort: gateway.port, access: access,
            forwardingTo: echoing ? "doctor.sock" : nil, breaking: mistakes)
        try await body(Site(gateway: gateway, proxy: proxy, token: token, isEchoing: echoing))
        await proxy.end()
        await gateway.end()
    }
}
