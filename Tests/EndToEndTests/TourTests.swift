import Foundation
import Testing

/// The tour of the README by the real binary: register, log in, verify, refresh, forget, reset.
@Suite(.timeLimit(.minutes(5)))
struct TourTests {
    static let registration =
        #"{"username":"JohnDoe","email":"john@example.com","password":"correct horse battery"}"#

    @Test func `a registered user logs in and is let through with all identity headers`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let registered = try await gateway.send("POST", "/auth/register", json: Self.registration)
        #expect(registered.status == 201)
        #expect(try registered.text("message") == "User registered successfully")
        #expect(try registered.text("user") == "johndoe")

        let login = try await gateway.send(
            "POST", "/auth/login", form: "username=johndoe&password=correct+horse+battery&grant_type=password")
        #expect(login.status == 200)
        #expect(login["cache-control"] == "no-store")
        #expect(try login.text("token_type") == "bearer")
        #expect(try login.json()["expires_in"] as? Int == 600)
        let token = try login.text("access_token")

        let me = try await gateway.get("/auth/me", [("Authorization", "Bearer \(token)")])
        #expect(me.status == 200)
        #expect(try me.text("username") == "johndoe")
        #expect(try me.text("email") == "john@example.com")
        #expect(try me.json()["email_verified"] as? Bool == false)
        #expect(try me.json()["groups"] as? [String] == [])

        for path in ["/auth/verify", "/auth/verify/nginx"] {
            let question = [("X-Original-URL", "http://localhost/a"), ("X-Original-Method", "GET")]
            let verified = try await gateway.get(path, question + [("Authorization", "Bearer \(token)")])
            #expect(verified.status == 200)
            #expect(verified.body.isEmpty)
            #expect(verified["remote-user"] == "johndoe")
            #expect(try verified["remote-subject"] == me.text("id"))
            #expect(verified["remote-email"] == "")
            #expect(verified["remote-name"] != nil)
            #expect(verified["remote-groups"] == "")
            let refused = try await gateway.get(path, question)
            #expect(refused.status == 401)
            #expect(refused["www-authenticate"]?.hasPrefix("Bearer") == true)
        }
        await gateway.end()
    }

    @Test func `a refresh token works once, and a replay ends its family`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "tokens: {use: jwt, refresh_grace: 0s}")
        let login = try await Self.registerAndLogIn(at: gateway)
        let first = try login.text("refresh_token")
        let second = try await Self.refresh(first, at: gateway)
        #expect(second.status == 200)
        let repeated = try await Self.refresh(first, at: gateway)
        #expect(try repeated.text("refresh_token") == second.text("refresh_token"))
        let third = try await Self.refresh(second.text("refresh_token"), at: gateway)
        #expect(third.status == 200)

        let replayed = try await Self.refresh(first, at: gateway)
        #expect(replayed.status == 401)
        #expect(try replayed.text("code") == "invalid_refresh_token")
        #expect(try await Self.refresh(third.text("refresh_token"), at: gateway).status == 401)
        #expect(try await gateway.verify(third.text("access_token")) == 401)
        await gateway.end()
    }

    @Test func `a forgotten password is reset by the mailed link, and the old one and its sessions are dead`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let login = try await Self.registerAndLogIn(at: gateway)
        let known = try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"john@example.com"}"#)
        let unknown = try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"jane@example.com"}"#)
        #expect(known.status == 202)
        #expect(unknown.status == 202)
        #expect(known.body == unknown.body)

        let path = try await Mailbox(folder: folder).resetLink()
        let form = try await gateway.get(path)
        #expect(form.status == 200)
        #expect(form["content-type"]?.hasPrefix("text/html") == true)
        #expect(form["cache-control"] == "no-store")
        #expect(form["referrer-policy"] == "no-referrer")
        #expect(!form.body.contains("<script"))

        let reset = try await gateway.send("POST", path, form: "new_password=staple+battery+horse")
        #expect(reset.status == 200)
        let again = try await gateway.send("POST", path, form: "new_password=staple+battery+horse")
        #expect(again.status == 400)
        #expect(try again.text("code") == "invalid_link")
        #expect(try await gateway.verify(login.text("access_token")) == 401)
        #expect(try await Self.refresh(login.text("refresh_token"), at: gateway).status == 401)
        #expect(try await Self.logIn("correct horse battery", at: gateway).status == 401)
        #expect(try await Self.logIn("staple battery horse", at: gateway).status == 200)
        await gateway.end()
    }

    @Test func `a logout acts at once, and still after a restart`() async throws {
        let folder = try TestFolder()
        var gateway = try await GatewayProcess.start(in: folder)
        let token = try await Self.registerAndLogIn(at: gateway).text("access_token")
        let other = try await Self.logIn("correct horse battery", at: gateway).text("access_token")
        #expect(try await gateway.verify(token) == 200)
        #expect(try await gateway.send("POST", "/auth/logout", json: "{}", token: token).status == 204)
        #expect(try await gateway.verify(token) == 401)
        #expect(try await gateway.verify(other) == 200)
        #expect(await gateway.process.end() == 0)

        gateway = try await GatewayProcess.start(in: folder)
        #expect(try await gateway.verify(token) == 401)
        #expect(try await gateway.verify(other) == 200)
        #expect(
            try await gateway.send("POST", "/auth/logout", json: #"{"everywhere":true}"#, token: other).status == 204)
        #expect(try await gateway.verify(other) == 401)
        await gateway.end()
    }

    @Test func `the health of a running gateway is on the operations listener alone`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        for path in ["/health/live", "/health/ready"] {
            #expect(try await HTTPExchange(path: path).send(to: gateway.operationsPort).status == 200)
            #expect(try await gateway.get(path).status == 404)
        }
        await gateway.end()
    }

    static func registerAndLogIn(at gateway: GatewayProcess) async throws -> HTTPAnswer {
        #expect(try await gateway.send("POST", "/auth/register", json: registration).status == 201)
        return try await logIn("correct horse battery", at: gateway)
    }

    static func logIn(_ password: String, at gateway: GatewayProcess) async throws -> HTTPAnswer {
        try await gateway.logIn("johndoe", password)
    }

    static func refresh(_ token: String, at gateway: GatewayProcess) async throws -> HTTPAnswer {
        try await gateway.send("POST", "/auth/refresh", json: #"{"refresh_token":"\#(token)"}"#)
    }
}
