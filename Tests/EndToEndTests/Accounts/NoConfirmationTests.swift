import Foundation
import Testing

/// The real binary where nobody is asked to confirm an address (`registration.verify_email: off`).
@Suite(.timeLimit(.minutes(5))) struct NoConfirmationTests {
    @Test func `a registration can log in at once, and its mail asks for nothing`() async throws {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), extra: "registration: {verify_email: off}\n" + GatewayProcess.quick)
        let registered = try await gateway.send("POST", "/auth/register", json: TourTests.registration)
        #expect(registered.status == 201)
        #expect(registered.body == #"{"message":"User registered successfully","user":"johndoe"}"#)
        let token = try await TourTests.logIn("correct horse battery", at: gateway).text("access_token")
        let verified = try await gateway.get("/auth/verify", token: token)
        #expect(verified.status == 200 && verified["remote-user"] == "johndoe")
        #expect(verified["remote-email"]?.isEmpty == true, "nobody has shown that it is theirs")
        #expect(try await gateway.get("/auth/me", token: token).body.contains(#""email_verified":false"#))
        let welcome = try await mails(1, of: gateway)[0]
        #expect(welcome.contains("Subject: Welcome\r\n") && !welcome.contains("/auth/verify-email/"))
        await gateway.end()
    }

    @Test func `who asks for a link gets it, and it confirms; others are answered alike`() async throws {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), extra: "registration: {verify_email: off}\n" + GatewayProcess.quick)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        var answers: [HTTPAnswer] = []
        for address in ["john@example.com", "nobody@example.com"] {
            answers.append(
                try await gateway.send("POST", "/auth/verify-email", json: #"{"email":"\#(address)"}"#))
        }
        #expect(answers.allSatisfy { $0.status == 202 } && answers[0].body == answers[1].body)
        let link = try await Mailbox(folder: gateway.folder).link(to: "verify-email")
        let unknown = "/auth/verify-email/" + String(repeating: "A", count: 43)
        let refused = try await gateway.send("POST", unknown, form: "")
        #expect(try refused.status == 400 && refused.text("code") == "invalid_link")
        #expect(try await gateway.verify(token) == 200)
        #expect(try await gateway.send("POST", link, form: "").status == 200)
        #expect(try await gateway.send("POST", link, form: "").status == 400)
        let login = try await TourTests.logIn("correct horse battery", at: gateway).text("access_token")
        #expect(try await gateway.get("/auth/verify", token: login)["remote-email"] == "john@example.com")
        #expect(Mailbox(folder: gateway.folder).texts().count == 2, "the welcome and the link")
        await gateway.end()
    }

    private func mails(_ count: Int, of gateway: GatewayProcess) async throws -> [String] {
        while true {
            let texts = Mailbox(folder: gateway.folder).texts()
            if texts.count >= count { return texts }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
