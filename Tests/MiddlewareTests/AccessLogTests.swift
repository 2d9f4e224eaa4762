import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import Logging
import Testing

@Suite struct AccessLogTests {
    @Test func `each request is one line with the route's pattern`() async throws {
        var stages = Stages(pipeline: ["access-log"])
        let time = stages.time
        stages.endpoints.append(
            Endpoint(Route(.get, "/slow", "Is slow.", answers: [])) { _, _, _ in
                time.advance(by: .milliseconds(1250))
                return "slow"
            })
        let answer = try await stages.answer(.get, "/slow?token=secret")
        let line = try #require(stages.log.lines.first)
        #expect(stages.log.lines.count == 1)
        #expect(line.level == .info)
        #expect(line.message == "request answered")
        #expect(
            line.metadata == [
                "method": "GET", "route": "/slow", "status": "200", "ms": "1250", "bytes": "4", "client": "-",
                "request_id": try #require(answer.headers[.requestID]),
            ])
    }

    @Test func `paths and queries stay out of it, whatever becomes of the request`() async throws {
        let stages = Stages(pipeline: ["access-log", "security-headers", "rate-limit", "validation"])
        _ = try await stages.answer(.get, "/links/secret?secret=secret")
        _ = try await stages.answer(.post, "/links/secret")
        _ = try await stages.answer(.get, "/secret/secret")
        _ = try await stages.answer(.post, "/auth/login", headers: [.contentType: "text/secret"], body: "secret")
        let facts = stages.log.lines.map { line in
            ["method", "route", "status"].map { line.metadata[$0] ?? "" }.joined(separator: " ")
        }
        #expect(facts == ["GET /links/{token} 200", "POST /links/{token} 405", "GET - 404", "POST /auth/login 415"])
        #expect(!"\(stages.log.lines)".contains("secret"))
    }

    @Test func `the method is the client's, for HEAD and for routes of any method too`() async throws {
        let stages = Stages(pipeline: ["access-log"])
        _ = try await stages.answer(.head, "/links/a")
        _ = try await stages.answer(.patch, "/auth/verify")
        #expect(stages.log.lines.map { $0.metadata["method"] } == ["HEAD", "PATCH"])
    }
}
