import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite struct ValidationTests {
    @Test func `the endpoint still gets the body`() async throws {
        let answer = try await Stages(pipeline: ["validation"])
            .answer(.post, "/auth/login", headers: .form, body: "username=ada&password=b&grant_type=password")
        #expect(answer.text == "ada")
    }

    @Test(
        arguments: [
            ("", [:], 400), ("username=ada", [:], 415), ("{}", [.contentType: "text/plain"], 415), ("a=%", .form, 400),
            ("username=ada", .form, 422), ("{", [.contentType: "application/json"], 400),
            (String(repeating: "a", count: 1001), .form, 413), ("username=a&password=b", .form, 200),
        ] as [(String, HTTPFields, Int)])
    func `with and without the stage the refusals are the same`(body: String, headers: HTTPFields, status: Int)
        async throws
    {
        let with = try await Stages(pipeline: ["validation"]).answer(.post, "/auth/login", headers: headers, body: body)
        let without = try await Stages(pipeline: []).answer(.post, "/auth/login", headers: headers, body: body)
        #expect(with.status.code == status)
        #expect(with.text == without.text)
        #expect(with.headers == without.headers)
    }

    @Test func `a bad input does not reach the stages behind it`() async throws {
        let pipeline: [ConfigLiteral] = ["validation", RateLimitingTests.two]
        let stages = Stages(pipeline: pipeline)
        _ = try await stages.answer(.post, "/auth/login", headers: .form, body: "username=ada")
        #expect(stages.limiter.keys.isEmpty)
    }

    @Test func `a route without input passes, whatever its body`() async throws {
        let answer = try await Stages(pipeline: ["validation"]).answer(.post, "/auth/verify", body: "{")
        #expect(answer.status == .ok)
    }
}
