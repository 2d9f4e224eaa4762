import Foundation
import GatewayKit
import GatewayTestKit
import Synchronization
import Testing

@testable import Gateway

@Suite struct ExaminationTests {
    @Test func `a proxy that is right gets a clean sheet`() async throws {
        let (findings, summary) = try await ModelProxy().examined()
        #expect(
            findings.map { $0.text(hiding: []) } == [
                "ok           the plain request is refused with 401, by the gateway",
                "ok           credentials that nobody issued: 9 requests, none got through",
                "ok           forged identity headers: 32 requests, none got through",
                "ok           forged headers about the request: 61 requests, none got through",
                "ok           other methods: 6 requests, none got through",
                "ok           other spellings of the path: 53 requests, none got through",
                "ok           the path behind a public one: 47 requests, none got through",
                "ok           other names of the host: 28 requests, none got through",
                "ok           the request with the token passes: 200",
                "ok           the application is told who it is: remote-user: johndoe",
                "ok           the application is told where it comes from: x-forwarded-for: 192.0.2.1",
                "ok           the token does not reach the application",
                "ok           forged identity headers beside the token: 32 requests, none got through",
                "ok           forged headers about the request beside the token: 44 requests, none got through",
                "ok           the session cookie of a browser reaches the application, as all cookies do",
            ])
        #expect(summary == Examination.Summary(isFine: true, isWhole: true))
    }

    @Test func `what cannot be seen from outside is said, with the way to see it`() async throws {
        let (findings, summary) = try await ModelProxy(echo: nil).examined(open: [])
        #expect(
            findings.filter { $0.mark == .cannotTell }.map { $0.text(hiding: []) } == [
                """
                cannot tell  whether a request can pretend to be for a public path: none is known; --public PATH or
                             --config FILE names those that are
                """,
                """
                cannot tell  forged identity headers beside the token: that is not to be seen from outside, for only
                             the application knows
                             To see it: have the proxy forward to a free address for the test, such as
                             127.0.0.1:3999, and add --echo 127.0.0.1:3999; this program then stands there and sees
                             what the application would.
                """,
            ])
        #expect(summary == Examination.Summary(isFine: true, isWhole: false))
        let anonymous = try await ModelProxy(echo: nil).examined(hasToken: false)
        #expect(
            anonymous.findings.last?.text(hiding: []) == """
                cannot tell  whose identity the application is told: that takes a token of somebody who may pass
                             Add --token-stdin and write one to standard input.
                """)
        #expect(anonymous.summary.isFine)
    }

    private static let mistakes: [(words: String, isMistaken: @Sendable (Probe) -> Bool)] = [
        (
            "credentials that nobody issued: 5 of 9",
            { if case .other = $0.credential { true } else { false } }
        ),
        (
            "forged identity headers: 4 of 32",
            { ["Remote-User", "REMOTE-EMAIL", "Remote_Name"].contains($0.fields.first?.name) && $0.fields.count < 3 }
        ),
        (
            "forged headers about the request: 2 of 61",
            { $0.fields.count < 3 && $0.fields.last?.name == "X-Original-URL" && !$0.fields[0].value.contains(",") }
        ),
        ("other methods: 1 of 6", { $0.method == "OPTIONS" }),
        ("other spellings of the path: 1 of 53", { $0.target == "/x/../page" }),
        ("the path behind a public one: 1 of 47", { $0.target == "/open/..;/page" }),
        ("other names of the host: 1 of 28", { $0.hosts == ["APP.EXAMPLE.COM"] && $0.target == "/page" }),
    ]

    @Test(arguments: mistakes)
    func `each way through is found, from outside and from within`(
        words: String, isMistaken: @escaping @Sendable (Probe) -> Bool
    ) async throws {
        for echo in [nil, ListenAddress.tcp(host: "127.0.0.1", port: 3999)] {
            let proxy = ModelProxy(
                mistake: { probe in
                    guard probe.credential != .token, isMistaken(probe) else { return nil }
                    return echo == nil
                        ? Examination.Sight(outcome: ModelProxy.answer(200, [], "the page"))
                        : ModelProxy.passed(probe, telling: [])
                }, echo: echo)
            let (findings, summary) = try await proxy.examined()
            let leaks = findings.filter { $0.mark == .leak }
            #expect(leaks.map { $0.text.components(separatedBy: " requests")[0] } == [words])
            #expect(!summary.isFine)
        }
    }

    @Test func `what got through is shown as it was sent, with the way to mend it`() async throws {
        let proxy = ModelProxy(mistake: { probe in
            guard probe.target.hasPrefix("/open/..") else { return nil }
            return ModelProxy.passed(probe, telling: [])
        })
        let leaks = try await proxy.examined().findings.filter { $0.mark == .leak }
        #expect(
            leaks.map { $0.text(hiding: []) } == [
                """
                LEAK         the path behind a public one: 4 of 47 requests got through
                               GET /open/../page HTTP/1.1
                               Host: app.example.com
                               User-Agent: auth-gateway-doctor
                               Connection: close
                             was passed on to the application, as /open/../page.
                             So was, among 3 more: GET /open/..%2f../page HTTP/1.1; GET /open/..;/page HTTP/1.1; GET
                             /open/..%2f/page HTTP/1.1
                             To mend it: something takes the path for a public one that the application can read as
                             this one: let no location, map or ACL of the proxy pass without the question, state the
                             path in it as it came (nginx: $request_uri, never $uri), and name what is public in
                             access.rules. 'auth-gateway proxy NAME' prints a configuration that does;
                             docs/proxies.md says what is particular.
                """
            ])
    }

    @Test func `a yes that everything gets is no proof, and one that the page alone gets is`() async throws {
        let site = try DoctorSite("https://app.example.com/page")
        // Of each: what the spelling gets, what two paths get that nobody has, and the mark.
        for (page, nowhere, mark) in [
            ("the page", ["home", "home"], Finding.Mark.leak), ("home", ["home", "home"], .cannotTell),
            ("the page", ["home 1", "home 2"], .cannotTell), ("", ["", ""], .cannotTell),
        ] {
            let proxy = ModelProxy(
                mistake: { probe in
                    switch probe.target {
                    case "//page": Examination.Sight(outcome: ModelProxy.answer(200, [], page))
                    case "/auth-gateway-doctor" where probe.hosts == [site.authority]:
                        Examination.Sight(outcome: ModelProxy.answer(200, [], nowhere[0]))
                    case "/auth-gateway-doctor-again":
                        Examination.Sight(outcome: ModelProxy.answer(200, [], nowhere[1]))
                    default: nil
                    }
                }, echo: nil)
            let found = try await proxy.examined().findings.first { $0.text.hasPrefix("other spellings of the path") }
            #expect(found?.mark == mark, "\(page) \(nowhere)")
        }
    }

    @Test func `a page that a host nobody knows has is a way around, and an answer to whatever is asked is none`()
        async throws
    {
        let site = try DoctorSite("https://app.example.com/page")
        // Of each: what hosts get that are not the site's, for the page and for two paths that nobody has.
        for (page, nowhere, mark) in [
            // Caddy answers hosts that it does not serve with an empty 200.
            ("", ["", ""], Finding.Mark.ok), ("a page", ["a page", "a page"], .cannotTell),
            ("the page", ["home 1", "home 2"], .cannotTell),
            // The site is what unknown hosts get.
            ("the page", [nil, nil], .leak), ("", [nil, nil], .leak), ("the page", ["home", "home"], .leak),
            ("", ["", nil], .cannotTell),
        ] {
            let proxy = ModelProxy(
                mistake: { probe in
                    let isServed = probe.hosts == [site.authority] && !probe.target.contains("://")
                    guard !isServed else { return nil }
                    let body =
                        switch probe.target {
                        case "/auth-gateway-doctor": nowhere[0]
                        case "/auth-gateway-doctor-again": nowhere[1]
                        default: page
                        }
                    return Examination.Sight(
                        outcome: body.map { ModelProxy.answer(200, [], $0) } ?? ModelProxy.answer(404, [], "none"))
                }, echo: nil)
            let found = try await proxy.examined().findings.first { $0.text.hasPrefix("other names of the host") }
            #expect(found?.mark == mark, "\(page) \(nowhere)")
        }
    }

    @Test func `what arrives under another path than the page is no leak, and the page is`() async throws {
        for (target, mark) in [("/page%23", Finding.Mark.ok), ("/page;a=b", .leak), ("//page", .leak)] {
            let proxy = ModelProxy(mistake: { $0.target == target ? ModelProxy.passed($0, telling: []) : nil })
            let found = try await proxy.examined().findings.first { $0.text.hasPrefix("other spellings of the path") }
            #expect(found?.mark == mark, "\(target)")
        }
    }

    @Test func `of a request that arrives more than once each arrival counts`() async throws {
        let proxy = ModelProxy(mistake: { probe in
            guard probe.target == "//page" else { return nil }
            let arrivals = ["/error", "/page"].flatMap { target in
                ModelProxy.passed(probe.with { $0.target = target }, telling: []).arrivals
            }
            return Examination.Sight(outcome: ModelProxy.refusal, arrivals: arrivals)
        })
        let found = try await proxy.examined().findings.first { $0.text.hasPrefix("other spellings of the path") }
        #expect(found?.mark == .leak)
        #expect(found?.remarks.first == "was passed on to the application, as /page.")
    }

    @Test func `a public path that is refused shows that another path is asked about`() async throws {
        let found = try await ModelProxy(isOpenPathPublic: false).examined()
        #expect(
            found.findings.filter { $0.mark != .ok }.map { $0.text(hiding: []) } == [
                """
                warning      the public path /open is refused without a credential
                             Either it is not public, or the gateway is asked about another path than the request's:
                             state it as it came (nginx: $request_uri; $uri is /_auth in the question's own
                             location).
                """
            ])
        #expect(!found.summary.isFine)
    }

    @Test func `after two minutes nothing more is begun, and that is no success`() async throws {
        let time = ManualTime()
        let proxy = ModelProxy(mistake: { _ in
            time.advance(by: .seconds(10))
            return nil
        })
        let (findings, summary) = try await proxy.examined(time: time)
        #expect(time.elapsed() < .seconds(300))
        #expect(!summary.isFine)
        #expect(
            findings.contains {
                $0.text(hiding: []).hasPrefix(
                    """
                    cannot tell  other methods: 6 of 6 requests could not be tried
                                   HEAD /page HTTP/1.1
                    """)
            })
        #expect(findings.allSatisfy { $0.mark != .leak })
    }

    @Test func `after two minutes nothing is compared either, and what was not is no leak`() async throws {
        let time = ManualTime()
        let late = Mutex<[Probe]>([])
        let proxy = ModelProxy(
            mistake: { probe in
                if time.elapsed() >= .seconds(120) { late.withLock { $0.append(probe) } }
                guard probe.target == "//page" else { return nil }
                time.advance(by: .seconds(120))
                return Examination.Sight(outcome: ModelProxy.answer(200, [], "the page"))
            }, echo: nil)
        let (findings, summary) = try await proxy.examined(time: time)
        #expect(findings.allSatisfy { $0.mark != .leak })
        #expect(!summary.isFine)
        // Those that had begun by then.
        #expect(late.withLock(\.self).allSatisfy { $0.control == .target("/auth-gateway-doctor") })
        #expect(late.withLock(\.self).count < 4)
    }

    @Test func `requests that stall, break or are counted are said to prove nothing`() async throws {
        for (outcome, words) in [
            (RawExchange.Outcome.stalled, "was not answered within 10 seconds."),
            (.garbage, "was answered by something that is no HTTP."),
            (.unreachable("connection refused"), "was not sent: connection refused."),
            (ModelProxy.answer(429), "was answered 429, for the proxy counts requests."),
        ] {
            let proxy = ModelProxy(mistake: { $0.method == "TRACE" ? Examination.Sight(outcome: outcome) : nil })
            let (findings, summary) = try await proxy.examined()
            let found = findings.filter { $0.mark == .cannotTell }
            #expect(found.map(\.text) == ["other methods: 1 of 6 requests could not be tried"])
            #expect(found.first?.remarks == [words])
            #expect(!summary.isFine)
        }
    }

    @Test func `a proxy that ends every connection has refused nothing, and one that ends some has`() async throws {
        let silent = ModelProxy(mistake: { probe in
            ["Remote-User", "Remote_Name"].contains(probe.fields.first?.name) || probe.hosts != ["app.example.com"]
                ? Examination.Sight(outcome: .closed) : nil
        })
        #expect(try await silent.examined().summary.isFine)
        let gone = ModelProxy(mistake: { $0.fields.isEmpty ? nil : Examination.Sight(outcome: .closed) })
        let (findings, summary) = try await gone.examined()
        #expect(
            findings.filter { $0.mark == .cannotTell }.map(\.text) == [
                "forged identity headers: every connection ended without an answer",
                "forged headers about the request: every connection ended without an answer",
                "forged identity headers beside the token: 32 of 32 requests did not arrive, though the token is good",
                "forged headers about the request beside the token: "
                    + "44 of 44 requests did not arrive, though the token is good",
                "whether the session cookie reaches the application",
            ])
        #expect(!summary.isFine)
    }
}
