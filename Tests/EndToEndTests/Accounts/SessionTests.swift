import Foundation
import Testing

/// Sessions seen and ended by their owner, by the real binary.
@Suite(.timeLimit(.minutes(5)))
struct SessionTests {
    @Test func `the list has every session with exactly these members, and one of them is current`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let first = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let phone = try await HTTPExchange(
            method: "POST", path: "/auth/login",
            headers: [
                ("Content-Type", "application/x-www-form-urlencoded"), ("User-Agent", "Phone/1.0"),
                ("X-Forwarded-For", "203.0.113.7"),
            ], body: "username=johndoe&password=correct+horse+battery"
        ).send(to: gateway.port)
        let answer = try await gateway.get("/auth/sessions", token: phone.text("access_token"))
        #expect(answer.status == 200)
        #expect(answer["content-type"] == "application/json")
        #expect(answer["cache-control"] == "no-store")
        let sessions = try answer.list()
        #expect(sessions.count == 2)
        for session in sessions {
            #expect(Set(session.keys) == ["id", "created_at", "last_used_at", "ip", "user_agent", "current"])
            #expect((session["id"] as? String)?.wholeMatch(of: /[a-z2-7]{26}/) != nil)
            for member in ["created_at", "last_used_at"] {
                let moment = session[member] as? String
                #expect(moment?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
            }
        }
        #expect(sessions.map { $0["current"] as? Bool } == [true, false])
        #expect(sessions.map { $0["ip"] as? String } == ["203.0.113.7", "127.0.0.1"])
        #expect(sessions[0]["user_agent"] as? String == "Phone/1.0")
        #expect(sessions[1]["user_agent"] is NSNull)
        let others = try await gateway.get("/auth/sessions", token: first).list()
        #expect(others.map { $0["current"] as? Bool } == [false, true])
        await gateway.end()
    }

    @Test func `a session that its owner ends is dead at once, and the others go on`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let lost = try await TourTests.registerAndLogIn(at: gateway)
        let own = try await gateway.logIn("johndoe", "correct horse battery").text("access_token")
        let sessions = try await gateway.get("/auth/sessions", token: own).list()
        let id = try #require(sessions.first { $0["current"] as? Bool == false }?["id"] as? String)
        let ended = try await gateway.send("DELETE", "/auth/sessions/\(id)", token: own)
        #expect(ended.status == 204)
        #expect(ended.body.isEmpty)
        #expect(try await gateway.verify(lost.text("access_token")) == 401)
        #expect(try await TourTests.refresh(lost.text("refresh_token"), at: gateway).status == 401)
        #expect(try await gateway.verify(own) == 200)
        #expect(try await gateway.get("/auth/sessions", token: own).list().count == 1)
        for unknown in [id, "x", "..%2f"] {
            let refused = try await gateway.send("DELETE", "/auth/sessions/\(unknown)", token: own)
            #expect(try Refusal(refused) == Refusal(404, "not_found"), "\(unknown)")
        }
        await gateway.end()
    }

    @Test func `nobody ends the session of another account`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let john = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let jane = #"{"username":"jane","email":"jane@example.com","password":"staple battery horse"}"#
        #expect(try await gateway.send("POST", "/auth/register", json: jane).status == 201)
        let janes = try await gateway.logIn("jane", "staple battery horse").text("access_token")
        let id = try #require(try await gateway.get("/auth/sessions", token: john).list().first?["id"] as? String)
        let refused = try await gateway.send("DELETE", "/auth/sessions/\(id)", token: janes)
        #expect(try Refusal(refused) == Refusal(404, "not_found"))
        #expect(try await gateway.verify(john) == 200)
        await gateway.end()
    }

    @Test func `a refresh token alone logs out, without an access token or beside one that is dead`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let first = try await TourTests.registerAndLogIn(at: gateway)
        let second = try await gateway.logIn("johndoe", "correct horse battery")
        let third = try await gateway.logIn("johndoe", "correct horse battery")
        try await logOut(first, token: nil, gateway)
        #expect(try await gateway.verify(first.text("access_token")) == 401)
        #expect(try await gateway.verify(second.text("access_token")) == 200)

        // Other groups end every access token, and no session.
        let regrouped = try await gateway.run([
            "users", "set", "johndoe", "--groups", "staff", "--config", "config.yaml",
        ])
        #expect(regrouped.status == 0)
        try await gateway.waitUntilRefused(second.text("access_token"))
        try await logOut(second, token: second.text("access_token"), gateway)
        #expect(try await TourTests.refresh(third.text("refresh_token"), at: gateway).status == 200)

        let form = try await gateway.send(
            "POST", "/auth/logout", form: "everywhere=true&refresh_token=\(third.text("refresh_token"))")
        #expect(form.status == 204)
        #expect(try await TourTests.refresh(third.text("refresh_token"), at: gateway).status == 401)
        let unknown = try await gateway.send("POST", "/auth/logout", json: #"{"refresh_token":"unknown"}"#)
        #expect(try Refusal(unknown) == Refusal(401, "invalid_refresh_token"))
        await gateway.end()
    }

    private func logOut(_ login: HTTPAnswer, token: String?, _ gateway: GatewayProcess) async throws {
        let refreshToken = try login.text("refresh_token")
        let body = #"{"refresh_token":"\#(refreshToken)"}"#
        let answer = try await gateway.send("POST", "/auth/logout", json: body, token: token)
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        let dead = try await TourTests.refresh(refreshToken, at: gateway)
        #expect(try Refusal(dead) == Refusal(401, "invalid_refresh_token"))
    }
}
