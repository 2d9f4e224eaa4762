import GatewayAccess
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// What each proxy is answered about a request that it states in its own way.
@Suite struct DialectTests {
    private static func rules() throws -> AccessRules {
        AccessRules([
            try rule("/open", .anyone), try rule("/staff", .some(groups: ["staff"], users: [])),
            try rule("/closed", .nobody),
        ])
    }

    @Test(arguments: ["nginx", "caddy", "traefik", "haproxy", "envoy"])
    func `rules decide, and every yes names somebody or nobody by all five fields`(dialect: String) async throws {
        let gateway = try Self.gateway()
        let token = try await gateway.logIn()
        for (path, status, nameless) in [
            ("/a", 200, 401), ("/open", 200, 200), ("/staff", 403, 401), ("/closed", 403, 403),
        ] {
            let answer = try await gateway.ask(dialect, "GET", "https://a.test\(path)?b=c", token: token)
            #expect(answer.status.code == status, "\(path)")
            #expect(answer.headers[.remoteUser] == (status == 200 ? "johndoe" : nil))
            let refused = try await gateway.ask(dialect, "GET", "https://a.test\(path)?b=c")
            #expect(refused.status.code == nameless, "\(path)")
            #expect(refused.headers[.remoteUser] == (nameless == 200 ? "" : nil))
            let bad = try await gateway.ask(dialect, "GET", "https://a.test\(path)?b=c", token: "bad")
            #expect(bad.status.code == nameless, "\(path)")
            for answer in [answer, refused, bad] where answer.status != .ok {
                #expect((answer.body.readableBytes == 0) == (dialect == "nginx"))
                #expect(answer.headers[.cacheControl] == "no-store")
            }
            for answer in [answer, refused] where answer.status == .ok {
                #expect(answer.headers.count { $0.name.canonicalName.hasPrefix("remote-") } == 5)
                #expect(answer.body.readableBytes == 0)
            }
        }
    }

    @Test(
        arguments: [
            ("GET", ["Sec-Fetch-Mode": "navigate"], 302), ("HEAD", ["Sec-Fetch-Mode": "navigate"], 302),
            ("POST", ["Sec-Fetch-Mode": "navigate"], 303), ("GET", ["Accept": "text/html,*/*;q=0.1"], 302),
            ("GET", ["Accept": "application/xml, Text/HTML;q=0.9"], 302), ("POST", ["Accept": "text/html"], 401),
            ("GET", ["Accept": "application/json"], 401), ("GET", ["Accept": "*/*"], 401), ("GET", [:], 401),
            ("GET", ["Sec-Fetch-Mode": "cors", "Accept": "text/html"], 401), ("GET", ["Accept": "text/htmlx"], 401),
        ] as [(String, [String: String], Int)])
    func `a browser that wants a page is sent to log in, and nobody else`(
        method: String, headers: [String: String], status: Int
    ) async throws {
        let gateway = try Self.gateway(login: "https://auth.test/login?x=y")
        await gateway.revocations.catchUp()
        let page = "https://auth.test/login?x=y&rd=https%3A%2F%2Fa.test%3A8443%2Fa%2520b%3Fc%3Dd%26e"
        for dialect in ["caddy", "traefik", "haproxy", "nginx"] {
            for token in [nil, "bad"] {
                let answer = try await gateway.ask(
                    dialect, method, "https://a.test:8443/a%20b?c=d&e", token: token, more: headers)
                #expect(answer.status.code == (dialect == "nginx" ? 401 : status), "\(dialect)")
                #expect(answer.headers[.location] == (status == 401 ? nil : page), "\(dialect)")
                #expect(answer.headers[.cacheControl] == "no-store")
                guard answer.status == .unauthorized else { continue }
                #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer realm=") == true)
            }
        }
    }

    @Test(arguments: ["nginx", "caddy", "traefik", "haproxy", "envoy"])
    func `where there is no login page, a browser is told 401`(dialect: String) async throws {
        let gateway = try Self.gateway()
        let answer = try await gateway.ask(dialect, "GET", "https://a.test/", more: ["Sec-Fetch-Mode": "navigate"])
        #expect(answer.status == .unauthorized)
        #expect(answer.headers[.location] == nil)
    }

    @Test(arguments: ["nginx", "caddy", "traefik", "haproxy", "envoy"])
    func `while nobody can tell, every credential gets 503, where anyone may pass too`(dialect: String) async throws {
        let gateway = try Self.gateway(login: "https://auth.test/login")
        let token = try await gateway.logIn()
        gateway.time.advance(by: .seconds(31))
        for path in ["/a", "/open", "/closed"] {
            let answer = try await gateway.ask(
                dialect, "GET", "https://a.test\(path)", token: token, more: ["Sec-Fetch-Mode": "navigate"])
            #expect(answer.status == .serviceUnavailable)
        }
        #expect(try await gateway.ask(dialect, "GET", "https://a.test/open").status == .ok)
    }

    private static func gateway(login: String? = nil) throws -> InMemoryGateway {
        try InMemoryGateway(
            access: AccessSettings(
                login: LoginPage(url: login),
                policy: AccessPolicy(rules: try rules(), standard: .authenticated)))
    }

    private static func rule(_ path: String, _ allowed: Allowance) throws -> AccessRule {
        AccessRule(paths: [try PathPattern(path)], allowed: allowed, at: .none)
    }
}

extension InMemoryGateway {
    /// Asks as a proxy of that dialect does about a request; in Envoy's the host is the gateway's own.
    func ask(
        _ dialect: String, _ method: String, _ url: String, token: String? = nil, more: [String: String] = [:]
    ) async throws -> TestResponse {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        let (scheme, host, target) = (parts[0].dropLast(), parts[2], "/" + parts[3])
        var headers = HTTPFields()
        func add(_ name: String, _ value: String) throws {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        for (name, value) in more { try add(name, value) }
        switch dialect {
        case "nginx":
            try add("X-Original-URL", url)
            try add("X-Original-Method", method)
        case "envoy":
            try add("X-Forwarded-Proto", String(scheme))
            return try await send(
                try #require(HTTPRequest.Method(method)), "/auth/verify/envoy" + target, headers: headers, token: token,
                body: nil)
        default:
            try add("X-Forwarded-Method", method)
            try add("X-Forwarded-Proto", String(scheme))
            try add("X-Forwarded-Host", host)
            try add("X-Forwarded-Uri", target)
        }
        return try await send(.get, "/auth/verify/\(dialect)", headers: headers, token: token, body: nil)
    }
}

extension HTTPField.Name {
    fileprivate static let remoteUser = Self(constant: "Remote-User")
}
