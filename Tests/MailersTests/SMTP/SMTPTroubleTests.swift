import GatewayKit
import GatewayTestKit
import ServiceLifecycle
import Testing

@testable import GatewayMailers

/// Servers that stall, go away, or say what is no SMTP.
@Suite(.timeLimit(.minutes(3))) struct SMTPTroubleTests {
    private static let right: [ScriptedServer.Move] = ScriptedServer.envelope + mail(lines: contentLines)
    private static let contentLines = 26

    /// What a server does for the message's lines, of which it answers the last.
    private static func mail(lines: Int) -> [ScriptedServer.Move] {
        Array(repeating: .say(""), count: lines - 1) + [.say("250 queued\r\n")]
    }

    @Test func `the message has as many lines as these tests think`() throws {
        let letter = try SMTPLetter(.sample(), from: Mailbox("no-reply@example.com"))
        #expect(letter.content.count { $0 == 10 } == Self.contentLines)
    }

    @Test(arguments: Array(0...4))
    func `a server that stalls at any step is left when the time is over, and the mail waits`(step: Int) async throws {
        let server = try await ScriptedServer.start(Array(ScriptedServer.envelope.prefix(step)))
        let time = ManualTime()
        let mailer = try await server.mailer(time: time)
        let begins = ["<open>", "EHLO", "MAIL", "RCPT", "DATA"]
        let steps = ["the greeting", "EHLO", "the sender (MAIL)", "the recipient (RCPT)", "DATA"]
        let mail = try Mail.sample()
        async let outcome = refusal(of: mail, by: mailer)
        await server.heard.wait(for: begins[step])
        try await time.waitForSleepers()
        time.advance(by: .seconds(30))
        // The server may know of the connection before the client does.
        let reached = step == 0 ? ["the connection", steps[step]] : [steps[step]]
        let sentences = reached.map { "temporary: the mail was not sent within 30.0 seconds, it had come to \($0)" }
        let sentence = try #require(await outcome)
        #expect(sentences.contains(sentence))
        await server.heard.wait(for: "<closed>")
        try await server.end()
    }

    @Test func `a server that begins no TLS is left when the time is over`() async throws {
        let server = try await ScriptedServer.start([
            .say("220 mail.test\r\n"), .say("250-mail.test\r\n250 STARTTLS\r\n"), .say("220 go\r\n"),
        ])
        let time = ManualTime()
        let mailer = try await server.mailer(security: .startTLS, time: time)
        let mail = try Mail.sample()
        async let outcome = refusal(of: mail, by: mailer)
        await server.heard.wait(for: "STARTTLS")
        try await time.waitForSleepers()
        time.advance(by: .seconds(30))
        #expect(await outcome?.hasPrefix("temporary: the mail was not sent within 30.0 seconds") == true)
        try await server.end()
    }

    @Test func `a server that stalls at the message's end is left too, and the mail is sent again`() async throws {
        let server = try await ScriptedServer.start(ScriptedServer.envelope, Self.right)
        let time = ManualTime()
        let mailer = try await server.mailer(time: time)
        let mail = try Mail.sample()
        async let outcome = refusal(of: mail, by: mailer)
        await server.heard.wait(for: ".")
        try await time.waitForSleepers()
        time.advance(by: .seconds(30))
        #expect(
            await outcome == "temporary: the mail was not sent within 30.0 seconds, it had come to the message's end")
        #expect(try await refusal(of: .sample(), by: mailer) == nil)
        #expect(
            server.heard.lines.filter { $0.hasPrefix("Message-ID:") } == [
                "Message-ID: <abc@example.com>", "Message-ID: <abc@example.com>",
            ])
        try await server.end()
    }

    @Test func `a send that is cancelled ends soon, whatever the server does`() async throws {
        for step in 0...5 {
            let server = try await ScriptedServer.start(Array(ScriptedServer.envelope.prefix(step)))
            let mailer = try await server.mailer(time: ManualTime())
            let begins = ["<open>", "EHLO", "MAIL", "RCPT", "DATA", "."]
            let mail = try Mail.sample()
            await withTaskGroup(of: String?.self) { group in
                group.addTask { await refusal(of: mail, by: mailer) }
                await server.heard.wait(for: begins[step])
                group.cancelAll()
                for await outcome in group { #expect(outcome?.hasPrefix("temporary: the connection to") == true) }
            }
            try await server.end()
        }
    }

    @Test func `a server that hangs up in the middle of the message lets it wait`() async throws {
        let hangsUp = ScriptedServer.envelope + [.say(""), .hangUp]
        let server = try await ScriptedServer.start(hangsUp, Self.right)
        let mailer = try await server.mailer()
        #expect(
            try await refusal(of: .sample(), by: mailer)
                == "temporary: the connection to the mail server was lost at the message's end")
        #expect(try await refusal(of: .sample(), by: mailer) == nil)
        try await server.end()
    }

    @Test func `a kept connection that will not begin anew is replaced, for it has said nothing of the mail`()
        async throws
    {
        let refusing: [ScriptedServer.Move] =
            ScriptedServer.envelope.prefix(3) + [.say("550 5.1.1 nobody\r\n"), .say("450 4.7.0 too many errors\r\n")]
        let server = try await ScriptedServer.start(refusing, Self.right)
        let mailer = try await server.mailer()
        #expect(try await refusal(of: .sample(id: "a"), by: mailer)?.hasPrefix("permanent:") == true)
        #expect(try await refusal(of: .sample(), by: mailer) == nil)
        #expect(server.heard.connections == 2)
        try await server.end()
    }

    @Test func `a server that hangs up at any step lets the mail wait`() async throws {
        for step in 0...5 {
            let moves = Array(ScriptedServer.envelope.prefix(step)) + [.hangUp]
            let server = try await ScriptedServer.start(moves)
            let outcome = try await refusal(of: .sample(), by: server.mailer())
            #expect(outcome?.hasPrefix("temporary: the connection to the mail server was lost at") == true)
            #expect(server.heard.connections == 1)
            try await server.end()
        }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\n", "220-a\r\n221 b\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
        String(repeating: "x", count: 100_000), String(repeating: "220-x\r\n", count: 10_000), "354 go on\r\n",
        "250 ok\r\n",
    ])
    func `garbage ends the connection, and the mail waits`(garbage: String) async throws {
        let server = try await ScriptedServer.start([.say(garbage)])
        let outcome = try await refusal(of: .sample(), by: server.mailer())
        #expect(
            outcome == "temporary: what came from the mail server at the greeting is no answer that SMTP knows there")
        await server.heard.wait(for: "<closed>")
        #expect(server.heard.lines == ["<open>", "<closed>"])
        try await server.end()
    }

    @Test(arguments: ["220 go\r\n250-mail.test\r\n250 AUTH PLAIN\r\n", "220 go\r\nx", "220 go\r\n220"])
    func `what is sent in clear behind the answer to STARTTLS is never read, and nothing is sent`(
        answer: String
    ) async throws {
        let server = try await ScriptedServer.start([
            .say("220 mail.test\r\n"), .say("250-mail.test\r\n250 STARTTLS\r\n"), .say(answer),
        ])
        let mailer = try await server.mailer(
            security: .startTLS, login: SMTPLogin(username: "gateway", password: Secret("canary")))
        #expect(
            try await refusal(of: .sample(), by: mailer)
                == "temporary: something was sent in clear behind the answer to "
                + "STARTTLS: somebody may be in between")
        await server.heard.wait(for: "<closed>")
        #expect(server.heard.lines == ["<open>", "EHLO auth.example.com", "STARTTLS", "<closed>"])
        try await server.end()
    }

    @Test(arguments: ["250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n", "250 mail.test\r\n", "250-m\r\n250 XSTARTTLS\r\n"])
    func `where STARTTLS is not offered, or was taken away, nothing is sent`(answer: String) async throws {
        let server = try await ScriptedServer.start([.say("220 mail.test\r\n"), .say(answer), .say("250 ok\r\n")])
        let mailer = try await server.mailer(
            security: .startTLS, login: SMTPLogin(username: "gateway", password: Secret("canary")))
        #expect(
            try await refusal(of: .sample(), by: mailer)
                == "temporary: the mail server does not offer STARTTLS, and nothing is sent without")
        await server.heard.wait(for: "<closed>")
        #expect(server.heard.lines == ["<open>", "EHLO auth.example.com", "<closed>"])
        try await server.end()
    }

    @Test func `a kept connection that has died is replaced once, and its mail is sent`() async throws {
        for ending in [ScriptedServer.Move.hangUp, .say("421 4.4.2 idle for too long\r\n")] {
            let server = try await ScriptedServer.start(Self.right + [ending], Self.right)
            let mailer = try await server.mailer()
            #expect(try await refusal(of: .sample(id: "a"), by: mailer) == nil)
            #expect(try await refusal(of: .sample(id: "b"), by: mailer) == nil)
            #expect(server.heard.connections == 2)
            try await server.end()
        }
    }

    @Test func `a kept connection that is lost at the message's end is not replaced, for the mail may have arrived`()
        async throws
    {
        let again = Array(ScriptedServer.envelope.dropFirst(2)) + Self.mail(lines: Self.contentLines).dropLast()
        let server = try await ScriptedServer.start(Self.right + again + [.hangUp], Self.right)
        let mailer = try await server.mailer()
        #expect(try await refusal(of: .sample(), by: mailer) == nil)
        #expect(
            try await refusal(of: .sample(), by: mailer)
                == "temporary: the connection to the mail server was lost at the message's end")
        #expect(server.heard.connections == 1)
        try await server.end()
    }

    @Test func `a server that is not there is a reason to try again`() async throws {
        let server = try await ScriptedServer.start([])
        let outcome = try await SilentPort.withOne { port in
            try await refusal(of: .sample(), by: server.mailer(port: port))
        }
        try await server.end()
        #expect(outcome?.hasPrefix("temporary: the mail server cannot be reached: ") == true)
        #expect(outcome?.contains("refused") == true)
    }

    @Test func `a shutdown says goodbye on kept connections, and later mails are sent all the same`() async throws {
        let server = try await ScriptedServer.start(Self.right + [.say("221 bye\r\n")])
        let mailer = try await server.mailer()
        let group = ServiceGroup(services: [mailer], logger: RecordedLog().logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            #expect(try await refusal(of: .sample(), by: mailer) == nil)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await server.heard.wait(for: "<closed>")
        #expect(server.heard.lines.suffix(2) == ["QUIT", "<closed>"])
        #expect(try await refusal(of: .sample(), by: mailer) == nil)
        await server.heard.wait(for: "QUIT", count: 2)
        try await server.end()
    }
}
