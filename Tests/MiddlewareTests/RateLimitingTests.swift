import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import Logging
import Testing

@Suite(.timeLimit(.minutes(5))) struct RateLimitingTests {
    static let two: ConfigLiteral = [
        "use": "rate-limit", "rules": [["route": "POST /auth/login", "allow": "2 per 1m"]],
    ]

    @Test func `above the allowance the answer is 429, and each answer says what is left`() async throws {
        let stages = Stages(pipeline: [Self.two])
        let first = try await stages.answer(.post, "/auth/login", headers: .form, body: "username=a&password=b")
        #expect(first.status == .ok)
        #expect(first.headers[.rateLimitPolicy] == #""2-per-1m";q=2;w=60"#)
        #expect(first.headers[.rateLimit] == #""2-per-1m";r=1;t=30"#)

        #expect(try await stages.answer(.post, "/auth/login").status == .badRequest)

        stages.time.advance(by: .milliseconds(9_500))
        let third = try await stages.answer(.post, "/auth/login", headers: .form, body: "username=a&password=b")
        #expect(third.status == .tooManyRequests)
        #expect(third.code == "too_many_requests")
        #expect(third.headers[.retryAfter] == "21")
        #expect(third.headers[.rateLimit] == #""2-per-1m";r=0;t=51"#)
    }

    @Test func `operators see how often each rule's route was refused, from nought on`() async throws {
        let stages = Stages(pipeline: [Self.two])
        let refusals = { stages.metrics.value("auth_gateway_rate_limit_refusals_total", ["route": "POST /auth/login"]) }
        for count in 0...2 {
            _ = try await stages.answer(.post, "/auth/login")
            if count == 0 { #expect(refusals() == 0) }
        }
        #expect(refusals() == 1)
        #expect(stages.metrics.series.count == 1)
    }

    @Test func `other routes and methods are not counted`() async throws {
        let stages = Stages(pipeline: [Self.two])
        _ = try await stages.answer(.get, "/links/a")
        _ = try await stages.answer(.get, "/auth/login")
        _ = try await stages.answer(.post, "/nothing")
        #expect(stages.limiter.keys.isEmpty)
    }

    @Test func `a client without an address shares one allowance with its like`() async throws {
        let stages = Stages(pipeline: [Self.two])
        _ = try await stages.answer(.post, "/auth/login")
        #expect(stages.limiter.keys == ["POST /auth/login ip -"])
    }

    @Test func `IPv6 clients are told apart by their first 64 bits, IPv4 clients by all`() async throws {
        let stages = Stages(pipeline: [Self.two])
        for address in ["2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1", "1.1.1.1"] {
            _ = try await stages.answer(.post, "/auth/login", headers: [.forwardedFor: address], over: .live)
        }
        #expect(
            stages.limiter.keys == [
                "POST /auth/login ip 2001:db8::/64", "POST /auth/login ip 2001:db8::/64",
                "POST /auth/login ip 2001:db8:0:1::/64", "POST /auth/login ip 1.1.1.1",
            ])
    }

    @Test func `what a short rule refuses takes nothing from a longer one, wherever it stands`() async throws {
        let rules: ConfigLiteral = [
            "use": "rate-limit",
            "rules": [
                ["route": "ANY /auth/verify", "allow": "3 per 1h"], ["route": "ANY /auth/verify", "allow": "1 per 1s"],
            ],
        ]
        let stages = Stages(pipeline: [rules])
        #expect(try await stages.answer(.put, "/auth/verify").status == .ok)
        #expect(stages.limiter.keys.count == 2)
        #expect(try await stages.answer(.put, "/auth/verify").status == .tooManyRequests)
        #expect(stages.limiter.keys.count == 3)
    }

    @Test func `each rule of a route counts, and the first that is used up refuses`() async throws {
        let rules: ConfigLiteral = [
            "use": "rate-limit",
            "rules": [
                ["route": "ANY /auth/verify", "allow": "1 per 1h"],
                ["route": "ANY /auth/verify", "allow": "100 per 1s"],
            ],
        ]
        let stages = Stages(pipeline: [rules])
        #expect(try await stages.answer(.put, "/auth/verify").status == .ok)
        let answer = try await stages.answer(.put, "/auth/verify")
        #expect(answer.status == .tooManyRequests)
        #expect(answer.headers[.rateLimitPolicy] == #""100-per-1s";q=100;w=1, "1-per-1h";q=1;w=3600"#)
    }

    @Test func `a limit whose counts are out of reach refuses`() async throws {
        let stages = Stages(pipeline: [Self.two])
        stages.limiter.setAway(true)
        let answer = try await stages.answer(.post, "/auth/login")
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.code == "unavailable")
        #expect(
            stages.log.lines.map(\.message) == [
                "the counts of a limit are out of reach: what it limits is answered 503"
            ])
    }

    @Test func `without rules of its own it limits logins`() async throws {
        let stage = try #require(try await Stages(pipeline: ["rate-limit"]).made().first)
        #expect(stage.role == .decides)
        let answer = try await Stages(pipeline: ["rate-limit"]).answer(.post, "/auth/login")
        #expect(answer.headers[.rateLimitPolicy] == "\"30-per-1m\";q=30;w=60")
    }
}

extension HTTPField.Name {
    static let rateLimit = Self(constant: "RateLimit")
    static let rateLimitPolicy = Self(constant: "RateLimit-Policy")
}

extension HTTPFields {
    static let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
}
