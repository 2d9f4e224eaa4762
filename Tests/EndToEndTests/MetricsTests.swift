import Foundation
import Testing

/// What the real binary shows at `GET /metrics` of its operations listener.
@Suite(.timeLimit(.minutes(5)))
struct MetricsTests {
    @Test func `a tour is counted by route and by what became of it, and nothing secret is shown`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "tokens: {use: jwt, refresh_grace: 0s}")
        let first = try await TourTests.registerAndLogIn(at: gateway)
        #expect(try await gateway.logIn("johndoe", "canary wrong battery").status == 401)
        #expect(try await gateway.logIn("canary.as.a.name", "canary wrong battery").status == 401)
        let second = try await TourTests.refresh(first.text("refresh_token"), at: gateway)
        let third = try await TourTests.refresh(second.text("refresh_token"), at: gateway)
        #expect(try await TourTests.refresh(first.text("refresh_token"), at: gateway).status == 401)
        for _ in 0..<2 { #expect(try await gateway.verify(third.text("access_token")) == 401) }
        #expect(try await gateway.verify("canary") == 401)
        #expect(try await gateway.get("/canary-path?canary-query").status == 404)
        #expect(try await gateway.send("PROPFIND", "/auth/verify", json: "{}").status == 401)

        let page = try await Metrics.of(gateway)
        for (series, value) in [
            (#"http_requests_total{method="POST",route="/auth/login",status="200"}"#, 1),
            (#"http_requests_total{method="POST",route="/auth/login",status="401"}"#, 2),
            (#"http_requests_total{method="POST",route="/auth/refresh",status="200"}"#, 2),
            (#"http_requests_total{method="GET",route="/auth/verify",status="401"}"#, 3),
            (#"http_requests_total{method="other",route="/auth/verify",status="401"}"#, 1),
            (#"http_requests_total{method="GET",route="-",status="404"}"#, 1),
            (#"http_request_duration_seconds_count{route="/auth/login"}"#, 3), ("http_requests_in_flight", 0),
            (#"registrations_total{outcome="registered"}"#, 1), (#"logins_total{outcome="succeeded"}"#, 1),
            (#"logins_total{outcome="password"}"#, 1), (#"logins_total{outcome="unknown"}"#, 1),
            (#"refreshes_total{outcome="rotated"}"#, 2), (#"refreshes_total{outcome="replayed"}"#, 1),
            (#"credential_checks_total{outcome="revoked"}"#, 2), (#"credential_checks_total{outcome="none"}"#, 1),
            (#"credential_checks_total{outcome="bad"}"#, 1), ("revocations", 1),
            (#"ready{check="storage"}"#, 1), (#"outbox_mails{state="parked"}"#, 0),
        ] { #expect(page.value("auth_gateway_" + series) == Double(value), "\(series)\n\(page.text)") }

        // The survey of what hashes cost may have computed one too.
        #expect(try #require(page.value("auth_gateway_hashing_wait_seconds_count")) >= 4)
        #expect(try #require(page.value("auth_gateway_http_connections_limit")) > 0)

        var canaries = ["canary", "johndoe", "john@", "127.0.0.1", "correct"]
        for answer in [first, second, third] {
            canaries += [try answer.text("access_token"), try answer.text("refresh_token")]
        }
        for canary in canaries { #expect(!page.text.lowercased().contains(canary.lowercased()), "\(canary)") }
        await gateway.end()
    }

    @Test func `metrics are for operators: the public listener has no such path`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        #expect(try await gateway.get("/metrics").status == 404)
        let answer = try await HTTPExchange(path: "/metrics").send(to: gateway.operationsPort)
        #expect(answer.status == 200)
        #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        await gateway.end()
    }
}

/// A page of metrics, read.
struct Metrics {
    let text: String
    /// The kind of each metric.
    private(set) var kinds: [String: String] = [:]
    /// The sentence of each metric.
    private(set) var help: [String: String] = [:]
    private(set) var values: [String: Double] = [:]

    static func of(_ gateway: GatewayProcess) async throws -> Self {
        Self(try await HTTPExchange(path: "/metrics").send(to: gateway.operationsPort).body)
    }

    init(_ text: String) {
        self.text = text
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if words.count == 4, words[1] == "TYPE" {
                kinds[words[2]] = words[3]
            } else if words.count == 4, words[1] == "HELP" {
                help[words[2]] = words[3]
            } else if let space = line.lastIndex(of: " ") {
                values[String(line[..<space])] = Double(line[line.index(after: space)...])
            }
        }
    }

    func value(_ series: String) -> Double? { values[series] }

    /// The labels of a metric with the values that they have.
    func labels(of name: String) -> [String: Set<String>] {
        let names = kinds[name] == "histogram" ? [name + "_count"] : [name]
        var labels: [String: Set<String>] = [:]
        for series in values.keys where names.contains(String(series.prefix { $0 != "{" })) {
            for match in series.matches(of: #/([a-z_]+)="([^"]*)"/#) {
                labels[String(match.1), default: []].insert(String(match.2))
            }
        }
        return labels
    }
}
