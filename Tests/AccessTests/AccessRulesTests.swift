import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccess

@Suite struct AccessRulesTests {
    @Test func `the first rule that matches decides, whatever stands behind it`() throws {
        let rules = AccessRules([
            try Self.rule("*.example.com", "/public/**"), try Self.rule("admin.example.com", nil),
            try Self.rule(nil, "/public/**"), try Self.rule("*.example.com", "/**/x"),
        ])
        for (host, path, number) in [
            ("admin.example.com", "/public/a", 0), ("admin.example.com", "/a", 1), ("example.com", "/public", 2),
            ("a.b.example.com", "/a/x", 3), ("a.b.example.com", "/a", nil), ("other.test", "/x", nil),
        ] as [(String, String, Int?)] {
            let request = try Self.request("GET", host, path)
            #expect(rules.first(for: request, path: request.url.path.bytes) == number, "\(host)\(path)")
        }
    }

    @Test func `methods and networks are conditions too, and a client without an address is in none`() throws {
        var rule = try Self.rule(nil, nil)
        rule.methods = ["GET", "HEAD"]
        rule.networks = [try #require(IPNetwork("192.0.2.0/24")), try #require(IPNetwork("2001:db8::/32"))]
        let rules = AccessRules([rule])
        for (method, client, isMeant) in [
            ("GET", "192.0.2.7", true), ("HEAD", "2001:db8::1", true), ("POST", "192.0.2.7", false),
            ("get", "192.0.2.7", false), ("GET", "192.0.3.7", false), ("GET", nil, false),
        ] as [(String, String?, Bool)] {
            let request = try Self.request(method, "a", "/", from: client)
            #expect((rules.first(for: request, path: Array("/".utf8)) != nil) == isMeant)
        }
    }

    /// Many rules of few hosts and paths, against a walk through all of them.
    @Test func `the shelves leave no rule out and put none before another`() throws {
        var random = SeededGenerator(seed: 11)
        let hosts = ["a.test", "b.a.test", "*.a.test", "*.test", "c.b.a.test", nil]
        let paths = ["/", "/x", "/x/**", "/x/*", "/*/y", "/**/z", "/y/**", "/y*", nil]
        var decided = Set<Int?>()
        for _ in 0..<300 {
            let all = try (0..<12).map { _ in
                var rule = try Self.rule(
                    hosts.randomElement(using: &random) ?? nil, paths.randomElement(using: &random) ?? nil)
                if Bool.random(using: &random), let more = paths.randomElement(using: &random) ?? nil,
                    !rule.paths.isEmpty
                {
                    rule.paths.append(try PathPattern(more))
                }
                if Bool.random(using: &random) { rule.methods = ["GET"] }
                return rule
            }
            let rules = AccessRules(all)
            for host in ["a.test", "b.a.test", "c.b.a.test", "test", "other"] {
                for path in ["/", "/x", "/x/y", "/x/", "/y", "/yy/z", "/a/y", "/a/z"] {
                    let request = try Self.request(Bool.random(using: &random) ? "GET" : "PUT", host, path)
                    let first = rules.first(for: request, path: request.url.path.bytes)
                    #expect(first == all.firstIndex { $0.matches(request, path: request.url.path.bytes) })
                    decided.insert(first)
                }
            }
        }
        #expect(decided.count == 13)
    }

    @Test(arguments: [
        (Allowance.anyone, "passes", "passes as nobody", "passes as nobody", "undecided"),
        (.authenticated, "passes", "unknown", "unknown", "undecided"),
        (.nobody, "refused", "refused", "refused", "undecided"),
        (.some(groups: ["staff"], users: []), "passes", "unknown", "unknown", "undecided"),
        (.some(groups: ["admins"], users: ["johndoe"]), "passes", "unknown", "unknown", "undecided"),
        (.some(groups: ["admins"], users: ["jane"]), "refused", "unknown", "unknown", "undecided"),
    ]) func `what is allowed and what a credential is worth decide`(
        allowed: Allowance, valid: String, none: String, bad: String, undecided: String
    ) throws {
        let claims = AccessClaims(
            accountID: AccountID("a"), sessionID: SessionID("s"), version: 1, issuedAt: Timestamp(seconds: 0),
            expiresAt: Timestamp(seconds: 600), tokenID: "t", username: "johndoe", email: nil, groups: ["staff"])
        let request = try Self.request("GET", "a", "/")
        for policy in [
            AccessPolicy(rules: AccessRules([]), standard: allowed),
            AccessPolicy(
                rules: AccessRules([AccessRule(allowed: allowed, at: .none)]),
                standard: allowed == .nobody ? .anyone : .nobody),
        ] {
            #expect(Self.word(policy.judge(request, .valid(Principal(claims)))) == valid)
            #expect(Self.word(policy.judge(request, .none)) == none)
            #expect(Self.word(policy.judge(request, .bad(reason: "expired"))) == bad)
            #expect(Self.word(policy.judge(request, .cannotDecide)) == undecided)
        }
    }

    @Test func `a path whose parameters would lead to another rule is refused`() throws {
        let policy = AccessPolicy(
            rules: AccessRules([try Self.rule(nil, "/admin/**", allowed: .nobody)]), standard: .anyone)
        for (path, word) in [
            ("/admin;x/secret", "refused"), ("/;x/admin", "refused"), ("/admin/a;b", "refused"),
            ("/open;x/a", "passes as nobody"), ("/open/admin;x", "passes as nobody"),
        ] {
            #expect(Self.word(policy.judge(try Self.request("GET", "a", path), .none)) == word, "\(path)")
        }
        let judgement = policy.judge(try Self.request("GET", "a", "/admin;x/secret"), .none)
        #expect(judgement.decision == .refused(.ambiguousPath))
    }

    @Test func `an API key for some paths is nobody's elsewhere, with parameters and without`() throws {
        let account = Account(
            id: AccountID("a"), username: try Username("johndoe"), email: try EmailAddress("j@example.com"),
            passwordHash: PasswordHash(""), version: 1, createdAt: Timestamp(seconds: 0))
        let key = APIKey(
            id: "k", accountID: account.id, name: try KeyName("ci"), hash: OpaqueToken("x").hash,
            createdAt: Timestamp(seconds: 0), scope: try KeyScope(["/reports/**", "/status"]))
        let verdict = CredentialVerdict.valid(Principal(account, showing: key, until: Timestamp(seconds: 300)))
        for (path, ifAuthenticated, ifAnyone) in [
            ("/reports/1", "passes", "passes"), ("/status", "passes", "passes"), ("/reports/1;x", "passes", "passes"),
            ("/status/", "refused", "passes as nobody"), ("/other", "refused", "passes as nobody"),
            ("/reports/../other", "refused", "passes as nobody"), ("/status;x", "refused", "passes as nobody"),
        ] {
            for (standard, word) in [(Allowance.authenticated, ifAuthenticated), (.anyone, ifAnyone)] {
                let policy = AccessPolicy(rules: AccessRules([]), standard: standard)
                #expect(Self.word(policy.judge(try Self.request("GET", "a", path), verdict)) == word, "\(path)")
            }
        }
    }

    private static func word(_ judgement: AccessJudgement) -> String {
        switch judgement.decision {
        case .passed(nil): "passes as nobody"
        case .passed: "passes"
        case .unknown: "unknown"
        case .refused: "refused"
        case .undecided: "undecided"
        case .heldBack: "held back"
        }
    }

    private static func rule(_ host: String?, _ path: String?, allowed: Allowance = .anyone) throws -> AccessRule {
        AccessRule(
            hosts: try host.map { [try HostPattern($0)] } ?? [], paths: try path.map { [try PathPattern($0)] } ?? [],
            allowed: allowed, at: .none)
    }

    private static func request(
        _ method: String, _ host: String, _ path: String, from client: String? = nil
    ) throws -> AccessRequest {
        AccessRequest(
            method: method, url: try CanonicalURL(host: host.utf8.span, target: path.utf8.span),
            clientAddress: client.flatMap { IPAddress($0) })
    }
}
