import Testing

/// The questions of proxies that Debian has no package of, as their documentation and sources state them, sent to the
/// real gateway line by line over one connection that is kept.
@Suite(.timeLimit(.minutes(5)))
struct ReplayedProxyTests {
    struct Question: Sendable, CustomTestStringConvertible {
        let proxy: String
        /// The lines, in which PATH, METHOD and CLIENT stand for what a client asks for and what it sends.
        let lines: [String]

        var testDescription: String { proxy }
    }

    static let questions = [
        // ForwardAuth with authRequestHeaders, as it is printed: those of the client's, and its own.
        Question(
            proxy: "Traefik",
            lines: [
                "GET /auth/verify/traefik HTTP/1.1", "Host: 127.0.0.1:8080", "User-Agent: Go-http-client/1.1", "CLIENT",
                "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Host: app.example.com", "X-Forwarded-Method: METHOD",
                "X-Forwarded-Proto: https", "X-Forwarded-Uri: PATH", "Accept-Encoding: gzip",
            ]),
        // Without it, where every header of the client's is sent along, and those of the entry point.
        Question(
            proxy: "Traefik, everything forwarded",
            lines: [
                "GET /auth/verify/traefik HTTP/1.1", "Host: 127.0.0.1:8080", "User-Agent: Mozilla/5.0", "CLIENT",
                "Accept-Encoding: gzip, br", "Accept-Language: en", "Remote-User: forged", "X-Forwarded-For: 192.0.2.7",
                "X-Forwarded-Host: app.example.com", "X-Forwarded-Method: METHOD", "X-Forwarded-Port: 443",
                "X-Forwarded-Proto: https", "X-Forwarded-Server: edge", "X-Forwarded-Uri: PATH", "X-Real-Ip: 192.0.2.7",
            ]),
        // The HTTP service of ext_authz: method, path, Host and Authorization of the request, never its body.
        Question(
            proxy: "Envoy",
            lines: [
                "METHOD /auth/verify/envoyPATH HTTP/1.1", "host: app.example.com", "CLIENT", "content-length: 0",
                "x-forwarded-for: 192.0.2.7", "x-forwarded-proto: https",
                "x-request-id: 9f2c4f0e-6f1e-4a2b-8f0d-0c1d2e3f4a5b", "x-envoy-internal: true",
                "x-envoy-expected-rq-timeout-ms: 5000",
            ]),
    ]

    @Test(arguments: questions)
    func `a question is answered, the same connection serving many`(question: Question) async throws {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(),
            extra: """
                access: {login_url: "https://auth.example.com/login", rules: [{path: /open/**, allow: anyone},
                 {path: /closed/**, allow: nobody}, {path: /read, methods: [GET], allow: anyone}]}
                """)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let bearer = "Authorization: Bearer \(token)"
        let page = "Accept: text/html"
        let login = "https://auth.example.com/login?rd=https%3A%2F%2Fapp.example.com%2Fpage%3Fa%3Db"
        let cases: [(String, String, String, Int, String?)] = [
            ("GET", "/page?a=b", bearer, 200, "johndoe"), ("POST", "/page", bearer, 200, "johndoe"),
            ("GET", "/open/page", page, 200, ""), ("GET", "/closed/page", bearer, 403, nil),
            ("GET", "/page?a=b", page, 302, nil), ("GET", "/page", "Accept: application/json", 401, nil),
            ("DELETE", "/open/page", bearer, 200, "johndoe"), ("GET", "/read", page, 200, ""),
            ("POST", "/read", "Accept: */*", 401, nil), ("GET", "/open/../closed/page", bearer, 403, nil),
            ("POST", "/page?a=b", "Sec-Fetch-Mode: navigate", 303, nil), ("GET", "/open%2fpage", bearer, 400, nil),
            ("GET", "/page", bearer, 200, "johndoe"),
        ]
        let socket = try OpenSocket(to: .port(gateway.port))
        for (method, path, client, status, user) in cases {
            let lines = question.lines.map {
                $0.replacing("METHOD", with: method).replacing("PATH", with: path).replacing("CLIENT", with: client)
            }
            socket.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            let answer = try #require(socket.answer(), "\(method) \(path)")
            #expect(answer.status == status, "\(method) \(path)")
            #expect(answer["remote-user"] == user, "\(method) \(path)")
            #expect(answer["location"] == ([302, 303].contains(status) ? login : nil), "\(method) \(path)")
        }
        await gateway.end()
    }
}
