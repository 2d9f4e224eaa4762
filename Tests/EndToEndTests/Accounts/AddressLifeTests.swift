import Foundation
import Testing

/// What becomes of an address from registration on, by what people do: they follow links out of mails.
@Suite(.timeLimit(.minutes(5))) struct AddressLifeTests {
    @Test func `an address is confirmed, changed, and taken back by whoever had it before`() async throws {
        let folder = try TestFolder()
        let mails = Mailbox(folder: folder)
        let gateway = try await GatewayProcess.start(in: folder)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let welcome = try await mails.link(to: "verify-email")
        for _ in 1...2 {
            let page = try await gateway.get(welcome)
            #expect(page.status == 200 && page.body.contains("<form method=\"post\"><button>Confirm</button></form>"))
            #expect(page["cache-control"] == "no-store" && page["referrer-policy"] == "no-referrer")
        }
        #expect(try await isVerified(token, at: gateway) == false, "mail scanners open links")
        #expect(try await gateway.follow(welcome).status == 200)
        #expect(try await gateway.verify(token) == 401, "it states no address")
        let login = try await TourTests.logIn("correct horse battery", at: gateway).text("access_token")
        #expect(try await isVerified(login, at: gateway) == true)
        #expect(try await gateway.follow(welcome).status == 400)

        let change = #"{"email":"j.doe@example.org","current_password":"correct horse battery"}"#
        #expect(try await gateway.send("POST", "/auth/change-email", json: change).status == 401)
        #expect(try await gateway.send("POST", "/auth/change-email", json: change, token: login).status == 202)
        let confirmation = try await mails.link(to: "verify-email", after: welcome)
        #expect(try await gateway.follow(confirmation).status == 200)
        #expect(try await gateway.verify(login) == 401, "it states the former address")
        let again = try await TourTests.logIn("correct horse battery", at: gateway).text("access_token")
        #expect(try await gateway.get("/auth/verify", token: again)["remote-email"] == "j.doe@example.org")

        let back = try await mails.link(to: "restore-email")
        #expect(try await gateway.get(back).status == 200)
        #expect(try await gateway.verify(again) == 200)
        #expect(try await gateway.follow(back).status == 200)
        #expect(try await gateway.verify(again) == 401)
        let old = "username=johndoe&password=correct+horse+battery"
        #expect(try await gateway.send("POST", "/auth/login", form: old).status == 401)
        let reset = try await mails.resetLink()
        #expect(try await gateway.send("POST", reset, form: "new_password=staple+battery+horse").status == 200)
        let last = try await gateway.send(
            "POST", "/auth/login", form: "username=john%40example.com&password=staple+battery+horse")
        #expect(last.status == 200)
        await gateway.end()
    }

    @Test func `an address of a domain that the file does not list is refused, and named as such`() async throws {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), extra: "registration: {allowed_email_domains: [Example.com]}")
        let other = #"{"username":"jane","email":"jane@example.net","password":"correct horse battery"}"#
        let refused = try await gateway.send("POST", "/auth/register", json: other)
        #expect(refused.status == 422 && refused.body.contains(#""pointer":"/email","code":"domain_not_allowed""#))
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        await gateway.end()
    }

    private func isVerified(_ token: String, at gateway: GatewayProcess) async throws -> Bool {
        try await gateway.get("/auth/me", token: token).body.contains(#""email_verified":true"#)
    }
}

extension GatewayProcess {
    /// What the button of a mailed link's page does.
    fileprivate func follow(_ link: String) async throws -> HTTPAnswer {
        try await HTTPExchange(method: "POST", path: link).send(to: port)
    }
}
