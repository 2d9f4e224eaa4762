import Foundation
import Testing

/// A forgotten password set anew by an app and by a browser, by the real binary.
@Suite(.timeLimit(.minutes(5)))
struct RecoveryTests {
    @Test func `an app sets the password by JSON, and the address counts as verified then`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let path = try await forgottenPassword(at: gateway)
        let weak = try await gateway.send("POST", path, json: #"{"new_password":"Password123"}"#)
        #expect(try Refusal(weak) == .input([Entry(pointer: "/new_password", code: "too_common")]))
        let personal = try await gateway.send("POST", path, json: #"{"new_password":"John@Example.com"}"#)
        #expect(try Refusal(personal) == .input([Entry(pointer: "/new_password", code: "too_personal")]))

        let reset = try await gateway.send("POST", path, json: #"{"new_password":"staple battery horse"}"#)
        #expect(reset.status == 200)
        #expect(reset["content-type"] == "application/json")
        #expect(reset.body == #"{"message":"The password has been changed; log in with the new one."}"#)
        let token = try await gateway.logIn("johndoe", "staple battery horse").text("access_token")
        #expect(try await gateway.get("/auth/me", token: token).json()["email_verified"] as? Bool == true)
        #expect(try await gateway.get("/auth/verify", token: token)["remote-email"] == "john@example.com")
        let used = try await gateway.send("POST", path, json: #"{"new_password":"staple battery horse"}"#)
        #expect(try Refusal(used) == Refusal(400, "invalid_link"))
        await gateway.end()
    }

    @Test func `a browser is shown pages, and a refused password leaves its link good`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let path = try await forgottenPassword(at: gateway)
        let send = { (form: String) async throws -> HTTPAnswer in
            let headers = [
                ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "text/html,application/xhtml+xml"),
            ]
            let page = try await HTTPExchange(method: "POST", path: path, headers: headers, body: form)
                .send(to: gateway.port)
            expectPage(page)
            return page
        }
        let refused = try await send("new_password=Password123")
        #expect(refused.status == 422)
        #expect(
            refused.body.contains(
                #"<p role="alert">The password is among the passwords that are tried first.</p><form method="post">"#))
        let done = try await send("new_password=staple+battery+horse")
        #expect(done.status == 200)
        #expect(done.body.contains("<h1>Your password has been changed</h1>"))
        let used = try await send("new_password=staple+battery+horse")
        #expect(used.status == 400)
        #expect(used.body.contains("<h1>This link does not work</h1>"))
        #expect(try await gateway.logIn("johndoe", "staple battery horse").status == 200)
        await gateway.end()
    }

    @Test(arguments: ["", "new_password="])
    func `a browser that sends no password is shown the form again`(form: String) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "text/html")]
        let page = try await HTTPExchange(
            method: "POST", path: "/auth/reset-password/unknown", headers: headers, body: form
        ).send(to: gateway.port)
        #expect(page.status == 422)
        expectPage(page)
        #expect(page.body.contains(#"<form method="post">"#))
        await gateway.end()
    }

    @Test func `the form is the same for any token and consumes nothing`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let path = try await forgottenPassword(at: gateway)
        let form = try await gateway.get(path)
        #expect(form.status == 200)
        expectPage(form)
        #expect(form.body.contains(#"<form method="post">"#))
        #expect(!form.body.contains(path.suffix(43)))
        #expect(try await gateway.get("/auth/reset-password/unknown").withoutItsID == form.withoutItsID)
        #expect(try await gateway.send("POST", path, form: "new_password=staple+battery+horse").status == 200)
        #expect(try await gateway.get(path).withoutItsID == form.withoutItsID)
        await gateway.end()
    }

    @Test func `a second link takes the place of the first`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let first = try await forgottenPassword(at: gateway)
        #expect(
            try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"john@example.com"}"#).status
                == 202)
        let second = try await Mailbox(folder: gateway.folder).resetLink(after: first)
        let refused = try await gateway.send("POST", first, form: "new_password=staple+battery+horse")
        #expect(try Refusal(refused) == Refusal(400, "invalid_link"))
        #expect(try await gateway.send("POST", second, form: "new_password=staple+battery+horse").status == 200)
        await gateway.end()
    }

    @Test func `every address gets the same answer, and only an account's gets a mail`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let unknown = try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"jane@example.com"}"#)
        #expect(unknown.status == 202)
        #expect(
            unknown.body == #"{"message":"If the address belongs to an account, a mail is on its way to it."}"#)
        _ = try await forgottenPassword(at: gateway)
        let known = try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"John@Example.com"}"#)
        #expect(known.withoutItsID == unknown.withoutItsID)
        #expect(!Mailbox(folder: gateway.folder).texts().contains { $0.contains("jane@example.com") })
        await gateway.end()
    }

    /// Registers someone who then forgets the password; the path of the mailed link.
    private func forgottenPassword(at gateway: GatewayProcess) async throws -> String {
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        let answer = try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"john@example.com"}"#)
        #expect(answer.status == 202)
        return try await Mailbox(folder: gateway.folder).resetLink()
    }

    private func expectPage(_ page: HTTPAnswer) {
        #expect(page["content-type"] == "text/html; charset=utf-8")
        #expect(page["cache-control"] == "no-store")
        #expect(page["referrer-policy"] == "no-referrer")
        #expect(page["content-security-policy"]?.hasPrefix("default-src 'none'; style-src 'sha256-") == true)
        #expect(!page.body.contains("<script"))
    }
}
