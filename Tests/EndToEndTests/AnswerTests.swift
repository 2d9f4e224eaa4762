import Foundation
import Testing

/// What every answer of the real binary has, whatever was asked.
@Suite(.timeLimit(.minutes(5)))
struct AnswerTests {
    @Test func `every answer carries a request id of its own, and a refusal repeats it`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let answers = [
            try await gateway.get("/auth/me", token: token), try await gateway.get("/auth/verify", token: token),
            try await gateway.get("/auth/verify/nginx"), try await gateway.get("/auth/reset-password/x"),
            try await gateway.get("/.well-known/jwks.json"), try await gateway.get("/nothing"),
            try await gateway.get("/auth/login"), try await gateway.send("POST", "/auth/login", json: "{"),
            try await gateway.send("POST", "/auth/login", json: "{}"),
            try await gateway.send("HEAD", "/auth/me", token: token),
            try await gateway.send("POST", "/auth/logout", token: token),
        ]
        #expect(answers.map(\.status) == [200, 200, 403, 200, 200, 404, 405, 400, 422, 200, 204])
        for answer in answers {
            #expect(answer.headers.count { $0.name == "x-request-id" } == 1)
            #expect(answer["x-request-id"]?.wholeMatch(of: /[a-z2-7]{26}/) != nil)
            guard answer["content-type"] == "application/problem+json" else { continue }
            #expect(try answer.text("request_id") == answer["x-request-id"])
        }
        #expect(Set(answers.map { $0["x-request-id"] }).count == answers.count)
        await gateway.end()
    }

    @Test func `a sane request id of a trusted proxy is kept, and no other`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let answered = { (sent: String, gateway: GatewayProcess) async throws -> String? in
            let answer = try await gateway.get("/nothing", [("X-Request-ID", sent)])
            #expect(try answer.text("request_id") == answer["x-request-id"])
            return answer["x-request-id"]
        }
        for sane in ["req-0123456789", "a.B_c-12", String(repeating: "x", count: 128)] {
            #expect(try await answered(sane, gateway) == sane)
        }
        for odd in ["short", String(repeating: "x", count: 129), "with spaces in it", "quote\"quote", "über-allem"] {
            #expect(try await answered(odd, gateway) != odd)
        }
        #expect(gateway.process.transcript.contains("request_id=req-0123456789"))
        await gateway.end()
        let trustless = try await GatewayProcess.start(in: TestFolder(), server: "trusted_proxies: [192.0.2.0/24]")
        #expect(try await answered("req-0123456789", trustless) != "req-0123456789")
        await trustless.end()
    }

    @Test func `a refusal is a problem with exactly the documented members`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let problem = { (code: String, title: String, status: Int, detail: String) in
            """
            {"type":"http://localhost:8080/problems/\(code)","title":"\(title)","status":\(status),\
            "detail":"\(detail)","code":"\(code)","request_id":"-"}
            """
        }
        let answers = [
            (try await gateway.get("/nothing"), "not_found", "Not found", 404, "There is nothing under this path."),
            (
                try await gateway.get("/auth/login"), "method_not_allowed", "Method not allowed", 405,
                "This path takes POST."
            ),
            (
                try await gateway.get("/auth/me"), "invalid_token", "Invalid access token", 401,
                "An access token is needed."
            ),
            (
                try await gateway.get("/auth/me", token: "bad"), "invalid_token", "Invalid access token", 401,
                "The access token is not valid; log in or refresh it."
            ),
            (
                try await gateway.logIn("nobody", "wrong horse battery"), "invalid_credentials", "Invalid credentials",
                401, "The user name or the password is wrong."
            ),
            (
                try await TourTests.refresh("unknown", at: gateway), "invalid_refresh_token", "Invalid refresh token",
                401, "The refresh token is not valid; log in again."
            ),
            (
                try await gateway.send("POST", "/auth/reset-password/x", form: "new_password=staple+battery+horse"),
                "invalid_link", "Invalid link", 400, "The link is not valid, has been used or has expired."
            ),
        ]
        for (answer, code, title, status, detail) in answers {
            #expect(answer.status == status)
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer["cache-control"] == "no-store")
            let body = answer.body.replacingOccurrences(of: answer["x-request-id"] ?? "?", with: "-")
            #expect(body == problem(code, title, status, detail))
        }
        await gateway.end()
    }

    @Test func `fields at fault stand in a list, word for word`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let body = #"{"username":"a b c","email":"jane","password":"short"}"#
        let answer = try await gateway.send("POST", "/auth/register", json: body)
        #expect(answer.status == 422)
        let expected = """
            {"type":"http://localhost:8080/problems/invalid_input","title":"Invalid input","status":422,\
            "detail":"Some fields cannot be taken; 'errors' names each of them.","code":"invalid_input",\
            "request_id":"-","errors":[\
            {"pointer":"/username","code":"invalid_characters",\
            "detail":"may hold only letters a-z, digits, '.', '_' and '-'"},\
            {"pointer":"/email","code":"invalid_email","detail":"must be an e-mail address such as name@example.com"},\
            {"pointer":"/password","code":"too_short","detail":"must have at least 8 characters"}]}
            """
        #expect(answer.body.replacingOccurrences(of: answer["x-request-id"] ?? "?", with: "-") == expected)
        await gateway.end()
    }

    @Test func `guesses end in 429 with Retry-After, without any stage and alike for a name that nobody has`()
        async throws
    {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), extra: "pipeline: []\nlogin: {guesses: {per_account: 3 per 15m}}")
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        for names in [["johndoe", "john@example.com", "JohnDoe"], ["nobody", "NoBody", "nobody"]] {
            for name in names {
                let wrong = try await gateway.logIn(name, "wrong horse battery")
                #expect(try Refusal(wrong) == Refusal(401, "invalid_credentials"))
            }
            expectWait(try await gateway.logIn(names[0], "correct horse battery"))
        }
        let deletion = #"{"current_password":"correct horse battery"}"#
        expectWait(try await gateway.send("DELETE", "/auth/me", json: deletion, token: token))
        #expect(try await gateway.verify(token) == 200)
        await gateway.end()
    }

    private func expectWait(_ answer: HTTPAnswer) {
        #expect(answer.status == 429)
        let seconds = answer["retry-after"].flatMap { Int($0) } ?? 0
        #expect((600...900).contains(seconds))
        let expected = """
            {"type":"http://localhost:8080/problems/too_many_requests","title":"Too many requests","status":429,\
            "detail":"There were too many requests; try again later.","code":"too_many_requests",\
            "request_id":"-","retry_after":\(seconds)}
            """
        #expect(answer.body.replacingOccurrences(of: answer["x-request-id"] ?? "?", with: "-") == expected)
    }
}
