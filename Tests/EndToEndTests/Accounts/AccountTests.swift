import Foundation
import Testing

/// What people do with their own account, every route to its success, by the real binary.
@Suite(.timeLimit(.minutes(5)))
struct AccountTests {
    @Test func `a registration answers who was registered, word for word`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let answer = try await gateway.send("POST", "/auth/register", json: TourTests.registration)
        #expect(answer.status == 201)
        #expect(answer["content-type"] == "application/json")
        #expect(answer.body == #"{"message":"User registered successfully","user":"johndoe"}"#)
        await gateway.end()
    }

    @Test func `a login by JSON answers like one by form, by name or by address`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let byForm = try await TourTests.registerAndLogIn(at: gateway)
        var answers = [byForm]
        for name in ["johndoe", "JohnDoe", "John@Example.com"] {
            let body = #"{"username":"\#(name)","password":"correct horse battery","scope":["ignored"]}"#
            answers.append(try await gateway.send("POST", "/auth/login", json: body))
        }
        answers.append(try await TourTests.refresh(byForm.text("refresh_token"), at: gateway))
        let refreshByForm = "refresh_token=\(try answers[1].text("refresh_token"))"
        answers.append(try await gateway.send("POST", "/auth/refresh", form: refreshByForm))
        for answer in answers {
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "application/json")
            #expect(answer["cache-control"] == "no-store")
            let members = try answer.json()
            #expect(Set(members.keys) == ["access_token", "token_type", "expires_in", "refresh_token"])
            #expect(members["token_type"] as? String == "bearer")
            #expect(members["expires_in"] as? Int == 600)
            #expect(try answer.text("access_token").split(separator: ".").count == 3)
            #expect(try answer.text("refresh_token").wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
            #expect(try await gateway.verify(answer.text("access_token")) == 200)
        }
        #expect(Set(try answers.map { try $0.text("refresh_token") }).count == answers.count)
        await gateway.end()
    }

    @Test func `one's own account has exactly these members`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let me = try await gateway.get("/auth/me", token: token)
        #expect(me.status == 200)
        #expect(me["content-type"] == "application/json")
        #expect(me["cache-control"] == "no-store")
        let moment = #""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z""#
        let pattern = #"""
            \{"id":"[a-z2-7]{26}","username":"johndoe","email":"john@example\.com","email_verified":false,\#
            "groups":\[\],"created_at":MOMENT,"last_login_at":MOMENT\}
            """#
        let expected = try Regex(pattern.replacingOccurrences(of: "MOMENT", with: moment))
        #expect(me.body.wholeMatch(of: expected) != nil, "\(me.body)")
        await gateway.end()
    }

    @Test func `a renamed account has its new name, and the old one goes to nobody else`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let before = try await gateway.get("/auth/me", token: token)
        let renamed = try await gateway.send("PATCH", "/auth/me", json: #"{"username":"John.D"}"#, token: token)
        #expect(renamed.status == 200)
        #expect(renamed.body == before.body.replacingOccurrences(of: "johndoe", with: "john.d"))
        #expect(try await gateway.get("/auth/me", token: token).body == renamed.body)
        #expect(try await gateway.logIn("john.d", "correct horse battery").status == 200)
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 401)

        let jane = #"{"username":"jane","email":"jane@example.com","password":"staple battery horse"}"#
        let asJohn = jane.replacingOccurrences(of: "jane\"", with: "johndoe\"")
        #expect(try await Refusal(gateway.send("POST", "/auth/register", json: asJohn)) == .usernameTaken)
        #expect(try await gateway.send("POST", "/auth/register", json: jane).status == 201)
        let janes = try await gateway.logIn("jane", "staple battery horse").text("access_token")
        for name in ["johndoe", "john.d"] {
            let body = #"{"username":"\#(name)"}"#
            #expect(try await Refusal(gateway.send("PATCH", "/auth/me", json: body, token: janes)) == .usernameTaken)
        }
        await gateway.end()
    }

    @Test func `a changed password ends the old one and the other sessions, and one's own goes on`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let own = try await TourTests.registerAndLogIn(at: gateway)
        let other = try await gateway.logIn("johndoe", "correct horse battery")
        let change = { (current: String, new: String) async throws -> HTTPAnswer in
            let body = #"{"current_password":"\#(current)","new_password":"\#(new)"}"#
            return try await gateway.send(
                "POST", "/auth/change-password", json: body, token: own.text("access_token"))
        }
        let wrong = try await change("wrong horse battery", "staple battery horse")
        #expect(try Refusal(wrong) == Refusal(401, "invalid_credentials"))
        let changed = try await change("correct horse battery", "staple battery horse")
        #expect(changed.status == 204)
        #expect(changed.body.isEmpty)

        #expect(try await gateway.verify(own.text("access_token")) == 200)
        #expect(try await gateway.verify(other.text("access_token")) == 401)
        #expect(try await TourTests.refresh(other.text("refresh_token"), at: gateway).status == 401)
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 401)
        #expect(try await gateway.logIn("johndoe", "staple battery horse").status == 200)
        let next = try await TourTests.refresh(own.text("refresh_token"), at: gateway)
        #expect(next.status == 200)
        #expect(try await gateway.verify(next.text("access_token")) == 200)
        await gateway.end()
    }

    @Test func `a deleted account is gone at once, and its name is never given again`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let login = try await TourTests.registerAndLogIn(at: gateway)
        let delete = { (password: String) async throws -> HTTPAnswer in
            try await gateway.send(
                "DELETE", "/auth/me", json: #"{"current_password":"\#(password)"}"#, token: login.text("access_token"))
        }
        #expect(try await Refusal(delete("wrong horse battery")) == Refusal(401, "invalid_credentials"))
        let deleted = try await delete("correct horse battery")
        #expect(deleted.status == 204)
        #expect(deleted.body.isEmpty)
        #expect(try await gateway.verify(login.text("access_token")) == 401)
        #expect(try await gateway.get("/auth/me", token: login.text("access_token")).status == 401)
        #expect(try await TourTests.refresh(login.text("refresh_token"), at: gateway).status == 401)
        for name in ["johndoe", "john@example.com"] {
            let refused = try await gateway.logIn(name, "correct horse battery")
            #expect(try Refusal(refused) == Refusal(401, "invalid_credentials"))
        }
        let again = try await gateway.send("POST", "/auth/register", json: TourTests.registration)
        #expect(try Refusal(again) == .usernameTaken)
        let renamed = TourTests.registration.replacingOccurrences(of: "JohnDoe", with: "john.d")
        #expect(try await gateway.send("POST", "/auth/register", json: renamed).status == 201)
        await gateway.end()
    }

    @Test func `a closed registration lets nobody in`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "registration: {open: false}")
        let refused = try await gateway.send("POST", "/auth/register", json: TourTests.registration)
        #expect(try Refusal(refused) == Refusal(403, "registration_closed"))
        #expect(try await gateway.run(["users", "list", "--config", "config.yaml"]).output.isEmpty)
        await gateway.end()
    }
}

extension Refusal {
    fileprivate static let usernameTaken = Refusal(409, "username_taken")
}
