import Foundation
import Testing

/// What a proxy's question comes to by the real binary, beside the answer itself.
@Suite(.timeLimit(.minutes(5))) struct VerificationTests {
    private static let question = [("X-Original-URL", "https://a.test/staff"), ("X-Original-Method", "GET")]

    @Test func `who is refused by a rule finds its line in the log, and the client does not`() async throws {
        let rules = "access: {rules: [{path: /open, allow: anyone}, {path: /staff, allow: {groups: [staff]}}]}"
        let gateway = try await GatewayProcess.start(in: TestFolder(), server: "log: {level: info}", extra: rules)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let file = try String(contentsOfFile: gateway.folder.path("config.yaml"), encoding: .utf8)
        let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
        let place = try #require(lines.firstIndex { $0.contains("/staff") }) + 1
        let answer = try await gateway.get(
            "/auth/verify/nginx", Self.question + [("Authorization", "Bearer \(token)")])
        #expect(answer.status == 403)
        #expect(answer.body.isEmpty && !answer.headers.contains { $0.value.contains("config.yaml") })
        let said = try await gateway.process.line(containing: "refused by the access rules")
        #expect(said.contains("config.yaml:\(place)"))
        #expect(said.contains("request_id=\(try #require(answer["x-request-id"]))"))
        #expect(!said.contains("/staff"))
        await gateway.end()
    }

    @Test func `a client with many wrong signatures is held back, and no other behind the same proxy`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: GatewayProcess.quick)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let signature = try #require(token.split(separator: ".").last)
        let begin = token.dropLast(signature.count)
        func ask(_ token: some StringProtocol, from client: String) async throws -> HTTPAnswer {
            try await gateway.get(
                "/auth/verify", [("Authorization", "Bearer \(token)"), ("X-Forwarded-For", client)])
        }
        // A minute's end in between only makes it longer.
        var answers: [HTTPAnswer] = []
        for number in 0..<130 where answers.last?.status != 429 {
            // Other characters in front: those at the end of a signature's text may not all count.
            answers.append(try await ask(begin + String(1000 + number) + signature.dropFirst(4), from: "192.0.2.1"))
        }
        #expect(answers.count > 60)
        #expect(answers.dropLast().allSatisfy { $0.status == 401 })
        let last = try #require(answers.last)
        #expect(last.status == 429)
        #expect(try last.text("code") == "too_many_requests")
        #expect(try (1...60).contains(#require(last["retry-after"].flatMap { Int($0) })))
        #expect(try await ask(token, from: "192.0.2.2").status == 200)
        #expect(try await ask(token, from: "192.0.2.1").status == 200, "by now it is known")
        #expect(try await ask(begin + "2000" + signature.dropFirst(4), from: "192.0.2.2").status == 401)
        await gateway.end()
    }
}
