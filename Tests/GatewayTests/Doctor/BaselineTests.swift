import GatewayKit
import GatewayTestKit
import Testing

@testable import Gateway

/// What `doctor` makes of the first two answers, which decide whether there is anything to examine.
@Suite struct BaselineTests {
    @Test func `a page that anybody gets is said to be public, and nothing more is tried`() async throws {
        let proxy = ModelProxy(mistake: { _ in Examination.Sight(outcome: ModelProxy.answer(200)) }, echo: nil)
        let (findings, summary) = try await proxy.examined()
        #expect(
            findings.map { $0.text(hiding: []) } == [
                """
                LEAK         the plain request was answered 200 without a credential
                               GET /page HTTP/1.1
                               Host: app.example.com
                               User-Agent: auth-gateway-doctor
                               Connection: close
                             Either the URL is public, then give one that is protected; or nothing asks the gateway
                             about it, then compare the proxy's configuration with what 'auth-gateway proxy NAME'
                             prints (nginx: the location has no auth_request).
                """
            ])
        #expect(!summary.isFine)
    }

    @Test(
        arguments: [
            (404, nil, "cannot tell  the plain request was answered 404: that is neither a yes nor a refusal"),
            (502, nil, "cannot tell  the plain request was answered 502: that is neither a yes nor a refusal"),
            (
                301, "https://app.example.com/page/",
                "cannot tell  the plain request was answered 301, to https://app.example.com/page/"
            ),
            (
                302, "http://app.example.com/page",
                "cannot tell  the plain request was answered 302, to http://app.example.com/page"
            ),
            (302, nil, "cannot tell  the plain request was answered 302: that is neither a yes nor a refusal"),
            (302, "/page/", "cannot tell  the plain request was answered 302, to /page/"),
            (403, nil, "cannot tell  the plain request is refused with 403, by whom cannot be seen"),
            (401, nil, "cannot tell  the plain request is refused with 401, by whom cannot be seen"),
            (
                303, "https://auth.test/login?rd=x",
                "cannot tell  the plain request is redirected to https://auth.test/login, by whom cannot be seen"
            ),
        ] as [(Int, String?, String)])
    func `the plain answer is read for what it is`(status: Int, location: String?, words: String) async throws {
        let (findings, summary) = try await Self.answering(status, location).examined()
        #expect(findings.first?.text(hiding: []).hasPrefix(words) == true, "\(findings.first?.text(hiding: []) ?? "")")
        // What may be the application's own is gone on with, and never called whole.
        let isRefusal = words.hasSuffix("by whom cannot be seen")
        #expect(summary.isFine == isRefusal)
        #expect((findings.count == 1) == !isRefusal)
        #expect(!summary.isWhole)
    }

    @Test func `a redirect is a refusal where the file sends browsers there, and the application's own elsewhere`()
        async throws
    {
        let login = "https://auth.test/login"
        for location in ["\(login)?rd=https%3A%2F%2Fapp.example.com%2Fpage", login] {
            let (findings, summary) = try await Self.answering(302, location).examined(loginPage: login)
            #expect(findings.first == Finding(.ok, "the plain request is redirected to \(login)"))
            #expect(summary.isFine)
        }
        for location in ["/login", "https://app.example.com/en/", "https://auth.test/login/", "https://auth.test/"] {
            let (findings, summary) = try await Self.answering(302, location).examined(loginPage: login)
            #expect(findings.count == 1 && findings[0].mark == .cannotTell && !summary.isFine, "\(location)")
            #expect(
                findings[0].text == "the plain request is redirected to \(location), where the gateway sends nobody")
        }
    }

    @Test func `what does not reach the application in whose place this stands is refused before it`() async throws {
        for (status, location) in [(401, nil), (403, nil), (302, "https://auth.test/login")] as [(Int, String?)] {
            let proxy = Self.answering(status, location, echo: .unix(path: "/a.sock"))
            #expect(try await proxy.examined().findings.first?.mark == .ok)
        }
    }

    private static func answering(_ status: Int, _ location: String?, echo: ListenAddress? = nil) -> ModelProxy {
        let fields = location.map { [Probe.Field("Location", $0)] } ?? []
        return ModelProxy(
            mistake: { probe in
                probe.credential == .token ? nil : Examination.Sight(outcome: ModelProxy.answer(status, fields))
            }, echo: echo)
    }

    @Test(arguments: [
        (RawExchange.Outcome.closed, "app.example.com:443 ends the connection without an answer"),
        (.garbage, "app.example.com:443 answers, but not in HTTP/1"),
        (.stalled, "app.example.com:443 did not answer within 10 seconds"),
        (.unreachable("connection refused"), "app.example.com:443 cannot be reached: connection refused"),
    ])
    func `a proxy that cannot be asked is said in one sentence`(outcome: RawExchange.Outcome, words: String) async {
        let proxy = ModelProxy(mistake: { _ in Examination.Sight(outcome: outcome) })
        let failure = await #expect(throws: Failure.self) { try await proxy.examined() }
        #expect(failure?.message == words)
        #expect(failure?.status == 1)
    }

    @Test func `a token that is refused, or does not arrive, ends the rest`() async throws {
        for (echo, sight, words) in [
            (
                nil, Examination.Sight(outcome: ModelProxy.refusal),
                "the request with the token was refused with 401: take one of somebody who may pass"
            ),
            (
                ListenAddress.unix(path: "/a.sock"), Examination.Sight(outcome: ModelProxy.answer(200)),
                "the request with the token was answered 200, but not by the application: it did not arrive at "
                    + "unix:/a.sock, so have the proxy forward there"
            ),
            (nil, Examination.Sight(outcome: .stalled), "the request with the token was not answered"),
        ] {
            let proxy = ModelProxy(mistake: { $0.credential == .token ? sight : nil }, echo: echo)
            let (findings, summary) = try await proxy.examined()
            #expect(findings.last == Finding(.cannotTell, words, isFailure: true))
            #expect(!summary.isFine)
        }
    }

    @Test(
        arguments: [
            ("", 2), ("app.example.com", 2), ("https://a.test/ --connect x", 2), ("https://a.test/ --echo x", 2),
            ("https://a.test/ --token short", 2), ("https://a.test/ --token aaaaaaaaaaaaaaaaaaaaé", 2),
            ("https://a.test/ --token aaaaaaaaaaaaaaaaaaaa --token-stdin", 2), ("https://a.test/ --public open", 2),
            ("https://a.test/ --ca /nowhere --connect unix:/nowhere", 1),
            ("http://a.test/ --connect unix:/nowhere/a", 1),
            ("http://a.test/ --config /nowhere.yaml", 78),
        ] as [(String, Int32)])
    func `the exit status says what went wrong`(words: String, status: Int32) async {
        let arguments = ["doctor"] + words.split(separator: " ").map(String.init)
        #expect(await Root.run(arguments, on: Project.host) == status)
    }
}
