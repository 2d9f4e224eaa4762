import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayMailers

@Suite struct SMTPDialogueTests {
    private static let login = SMTPLogin(username: "gateway", password: Secret("correct horse"))
    private static let plain = "AGdhdGV3YXkAY29ycmVjdCBob3JzZQ=="

    @Test func `a mail goes by STARTTLS and AUTH, and what was offered in clear does not count`() throws {
        var talk = try Talk(login: Self.login)
        #expect(talk.hear("220 mail.test") == ["EHLO auth.example.com"])
        #expect(talk.hear("250-mail.test", "250-PIPELINING", "250-AUTH PLAIN", "250 STARTTLS") == ["STARTTLS"])
        #expect(talk.hear("220 go") == ["<secure>"])
        #expect(talk.secured() == ["EHLO auth.example.com"])
        #expect(talk.hear("250-mail.test", "250 auth login plain") == ["AUTH PLAIN"])
        #expect(talk.hear("334 ") == [Self.plain])
        #expect(talk.hear("235 welcome") == ["MAIL FROM:<no-reply@example.com>"])
        #expect(talk.hear("250 ok") == ["RCPT TO:<john@example.com>"])
        #expect(talk.hear("250 ok") == ["DATA"])
        #expect(talk.hear("354 go on") == ["<content>"])
        #expect(talk.hear("250 queued") == ["<taken>"])
        #expect(try talk.send() == ["MAIL FROM:<no-reply@example.com>"])
    }

    @Test func `with TLS from the first byte nothing is said before it`() throws {
        var talk = try Talk(.tls, login: Self.login)
        #expect(talk.secured() == [])
        #expect(talk.hear("220 mail.test") == ["EHLO auth.example.com"])
        #expect(talk.hear("250-mail.test", "250 AUTH LOGIN") == ["AUTH LOGIN"])
        #expect(talk.hear("334 VXNlcm5hbWU6") == ["Z2F0ZXdheQ=="])
        #expect(talk.hear("334 UGFzc3dvcmQ6") == ["Y29ycmVjdCBob3JzZQ=="])
        #expect(talk.hear("235 welcome") == ["MAIL FROM:<no-reply@example.com>"])
    }

    @Test func `where pipelining is offered the envelope is one write`() throws {
        var talk = try Talk(.none)
        let envelope = ["MAIL FROM:<no-reply@example.com>", "RCPT TO:<john@example.com>", "DATA"]
        _ = talk.hear("220 mail.test")
        #expect(talk.hear("250-mail.test", "250 PIPELINING") == envelope)
        #expect(talk.hear("250 ok") == [])
        #expect(talk.hear("250 ok") == [])
        #expect(talk.hear("354 go on") == ["<content>"])
        #expect(talk.hear("250 queued") == ["<taken>"])
        #expect(try talk.send() == envelope)
        #expect(talk.hear("250 ok") == [])
        #expect(talk.hear("550 5.1.1 no") == [])
        #expect(talk.hear("503 no") == ["<permanent: the mail server refused the recipient (RCPT), with 550 5.1.1>"])
        #expect(try talk.send() == ["RSET"] + envelope)
    }

    @Test func `no empty mail is sent where the server asks for one whose recipient it has refused`() throws {
        var talk = try Talk.ready(extensions: "PIPELINING")
        _ = talk.hear("250 ok")
        _ = talk.hear("550 no")
        #expect(
            talk.hear("354 go on")
                == ["<permanent: the mail server refused the recipient (RCPT), with 550>", "<close>"])
    }

    @Test(arguments: ["550 5.5.0 x", "550 5.5.1 x", "554 5.5.0 x"])
    func `a mailbox that a server does not have is the recipient's fault, whatever code it says it with`(
        reply: String
    ) throws {
        var talk = try Talk.ready()
        _ = talk.hear("250 ok")
        #expect(talk.hear(reply).first?.hasPrefix("<permanent: ") == true)
    }

    @Test(arguments: [
        ("550 5.1.7 x", true), ("550 5.1.8 x", true), ("554 5.7.27 x", true), ("550 5.7.26 x", true),
        ("504 5.5.2 x", false), ("503 5.5.1 x", false),
    ])
    func `what is said against the sender or the dialogue in place of the recipient lets the mail wait`(
        reply: String, isOfSender: Bool
    ) throws {
        for (agreed, step) in [
            (["250 ok"], "the recipient (RCPT)"), (["250 ok", "250 ok"], "DATA"),
            (["250 ok", "250 ok", "354 go on"], "the message's end"),
        ] {
            var talk = try Talk.ready()
            for reply in agreed { _ = talk.hear(reply) }
            let waits = isOfSender || step == "the recipient (RCPT)"
            let sentence =
                waits
                ? "<temporary: the mail server refused the sender or the connection at \(step), with "
                    + "\(reply.dropLast(2)): mails wait until it does not>"
                : "<permanent: the mail server refused \(step), with \(reply.dropLast(2))>"
            #expect(talk.hear(reply) == [sentence])
            #expect(try talk.send() == ["RSET"])
        }
    }

    @Test(arguments: [
        ("450 4.2.1 x", "temporary"), ("550 5.1.1 x", "permanent"), ("530 5.7.0 x", "temporary"),
        ("535 5.7.8 x", "temporary"), ("451 x", "temporary"), ("554 x", "permanent"),
    ])
    func `who refuses the recipient, DATA or the message refuses the mail, unless a login is asked for`(
        reply: String, kind: String
    ) throws {
        for (agreed, step) in [
            ([], "the sender (MAIL)"), (["250 ok"], "the recipient (RCPT)"), (["250 ok", "250 ok"], "DATA"),
            (["250 ok", "250 ok", "354 go on"], "the message's end"),
        ] {
            var talk = try Talk.ready()
            for reply in agreed { _ = talk.hear(reply) }
            let status = reply.dropLast(2)
            let kind = agreed.isEmpty ? "temporary" : kind
            #expect(talk.hear(reply) == ["<\(kind): the mail server refused \(step), with \(status)>"])
            #expect(try talk.send() == ["RSET"])
            #expect(talk.hear("250 ok") == ["MAIL FROM:<no-reply@example.com>"])
        }
    }

    @Test(arguments: ["220 mail.test", "221 closing", "251 ok"])
    func `a mail is taken by 250 alone`(reply: String) throws {
        var talk = try Talk.ready()
        for reply in ["250 ok", "250 ok", "354 go on"] { _ = talk.hear(reply) }
        let said = talk.hear(reply)
        #expect(
            said.contains { $0.hasPrefix("<temporary: what came from the mail server at the message's end") }, "\(said)"
        )
    }

    @Test func `a refusal before any mail is temporary and ends the connection`() throws {
        let talks: [[String]] = [
            [], ["220 x"], ["220 x", "250-x\r\n250 STARTTLS"],
        ]
        for (replies, step) in zip(talks, ["the greeting", "EHLO", "STARTTLS"]) {
            var talk = try Talk(login: Self.login)
            for reply in replies { _ = talk.hear(reply) }
            #expect(
                talk.hear("554 5.3.2 no") == [
                    "<temporary: the mail server refused \(step), with 554 5.3.2>", "<close>",
                ])
        }
        var talk = try Talk(.tls, login: Self.login)
        _ = talk.secured() + talk.hear("220 x") + talk.hear("250-x", "250 AUTH PLAIN") + talk.hear("334 ")
        #expect(
            talk.hear("535 5.7.8 no") == [
                "<temporary: the mail server refuses the user name and password, with 535 5.7.8: mails wait until they "
                    + "are right>", "<close>",
            ])
    }

    @Test func `without STARTTLS or a way to log in nothing is sent`() throws {
        var talk = try Talk(login: Self.login)
        _ = talk.hear("220 x")
        #expect(
            talk.hear("250-x", "250 AUTH PLAIN") == [
                "<temporary: the mail server does not offer STARTTLS, and nothing is sent without>", "<close>",
            ])
        talk = try Talk(.tls, login: Self.login)
        _ = talk.secured() + talk.hear("220 x")
        #expect(
            talk.hear("250-x", "250 AUTH CRAM-MD5") == [
                "<temporary: the mail server offers neither AUTH PLAIN nor AUTH LOGIN>", "<close>",
            ])
    }

    @Test(arguments: [true, false])
    func `a login goes in clear only where the file says so, with all that it comes to`(isAllowed: Bool) throws {
        var talk = try Talk(.none, login: Self.login, allowsLoginWithoutTLS: isAllowed)
        _ = talk.hear("220 x")
        let said = talk.hear("250-x", "250 AUTH PLAIN")
        #expect(said == (isAllowed ? ["AUTH PLAIN"] : [said.first ?? "", "<close>"]))
        #expect(talk.failure == (isAllowed ? nil : .noTLS))
    }

    @Test(arguments: ["220 go", "250 ok", "421 bye"])
    func `what is said in clear behind a reply ends the connection`(reply: String) throws {
        for replies in [[], ["220 x"], ["220 x", "250-x\r\n250 STARTTLS"]] {
            var talk = try Talk(login: Self.login)
            for reply in replies { _ = talk.hear(reply) }
            let actions = talk.hear(reply, bytesFollow: true)
            #expect(actions.count == 2 && actions.last == "<close>")
            #expect(
                actions.first?.contains(replies.count == 2 ? "in clear behind" : "no answer that SMTP knows") == true)
        }
    }

    @Test func `what is said ahead is no answer: neither for the message, nor for the next mail`() throws {
        let agreed = ["250 ok", "250 ok"]
        var talk = try Talk.ready()
        for reply in agreed { _ = talk.hear(reply) }
        #expect(
            talk.hear("354 go on", bytesFollow: true) == [
                "<temporary: what came from the mail server at DATA is no answer that SMTP knows there>", "<close>",
            ])
        talk = try Talk.ready()
        for reply in agreed + ["354 go on"] { _ = talk.hear(reply) }
        #expect(talk.hear("250 queued", bytesFollow: true) == ["<taken>", "<close>"])
        #expect(try talk.send() == ["<temporary: the connection to the mail server was lost at rest>"])
        talk = try Talk.ready()
        #expect(talk.hear("250 ok", bytesFollow: true).last == "<close>")
        // Answers to commands that were sent at once do come at once.
        talk = try Talk.ready(extensions: "PIPELINING")
        #expect(talk.hear("250 ok", bytesFollow: true) == [])
        #expect(talk.hear("250 ok", bytesFollow: true) == [])
        #expect(talk.hear("354 go on") == ["<content>"])
    }

    @Test func `a server that goes away is told apart by how far the mail had come`() throws {
        let agreed = ["250 ok", "250 ok", "354 go on"]
        for count in 0...3 {
            var talk = try Talk.ready()
            for reply in agreed.prefix(count) { _ = talk.hear(reply) }
            var other = talk
            #expect(talk.hear("421 bye").last == "<close>")
            #expect(talk.failure?.isHarmlessLoss == (count < 3))
            _ = other.note(other.dialogue.fail(.lost(other.dialogue.step)))
            #expect(other.failure?.isHarmlessLoss == (count < 3))
            #expect(other.failure?.isPermanent == false)
        }
    }

    @Test func `a reply that nobody asked for ends the connection, and no mail with it`() throws {
        var talk = try Talk.ready()
        for reply in ["250 ok", "250 ok", "354 go on", "250 queued"] { _ = talk.hear(reply) }
        #expect(talk.hear("250 and more") == ["<close>"])
        #expect(try talk.send() == ["<temporary: the connection to the mail server was lost at rest>"])
    }

    @Test func `an idle connection says goodbye, and another does not`() throws {
        var talk = try Talk.ready()
        #expect(talk.note(talk.dialogue.quit()) == [])
        for reply in ["250 ok", "250 ok", "354 go on", "250 queued"] { _ = talk.hear(reply) }
        #expect(talk.note(talk.dialogue.quit()) == ["QUIT"])
        #expect(talk.hear("221 bye") == ["<close>"])
    }

    private static let rightCodes: [SMTPStep: Int] = [.greeting: 220, .startTLS: 220, .login: 334, .data: 354]

    /// Whatever a server says, in whatever order: nothing but greetings before TLS, and one verdict for each mail.
    @Test func `no server makes the client say more in clear than it must`() throws {
        var dice = SeededGenerator(seed: 5321)
        let codes = [220, 221, 235, 250, 250, 250, 334, 354, 354, 421, 450, 535, 550]
        let extensions = ["STARTTLS", "AUTH PLAIN LOGIN", "PIPELINING", "x"]
        var secured = 0
        for _ in 0..<20_000 {
            var talk = try Talk(login: Self.login)
            var isSecure = false
            var said: [String] = []
            while !talk.dialogue.isOver, said.count < 40 {
                let text = extensions.shuffled(using: &dice).prefix(3)
                let right = Self.rightCodes[talk.dialogue.step] ?? 250
                let code = Bool.random(using: &dice) ? right : codes.randomElement(using: &dice) ?? right
                let bytesFollow = Int.random(in: 0..<10, using: &dice) == 0
                let reply = SMTPReply(code: code, lines: ["x"] + text)
                let actions = talk.note(talk.dialogue.received(reply, bytesFollow: bytesFollow))
                if !isSecure {
                    try #require(actions.allSatisfy { $0.hasPrefix("EHLO ") || $0.hasPrefix("<") || $0 == "STARTTLS" })
                    try #require(!actions.contains("<taken>") && !actions.contains("<content>"))
                }
                said += actions + ["-"]
                guard actions.contains("<secure>") else { continue }
                isSecure = true
                secured += 1
                said += talk.secured()
            }
            try #require(
                said.count { $0 == "<taken>" || $0.hasPrefix("<temporary") || $0.hasPrefix("<permanent") } <= 1)
            try #require(!talk.dialogue.isOver || talk.verdicts == 1)
        }
        #expect(secured > 50)
    }
}

/// A dialogue with a mail in hand, and its actions as text.
private struct Talk {
    var dialogue: SMTPDialogue
    var verdicts = 0
    var failure: SMTPFailure?
    private let letter: SMTPLetter

    init(
        _ security: SMTPSecurity = .startTLS, login: SMTPLogin? = nil, allowsLoginWithoutTLS: Bool = false
    ) throws {
        dialogue = SMTPDialogue(
            SMTPDialogue.Manners(
                security: security, login: login, allowsLoginWithoutTLS: allowsLoginWithoutTLS,
                clientName: "auth.example.com"))
        letter = try SMTPLetter(.sample(), from: Mailbox("no-reply@example.com"))
        _ = dialogue.send(letter)
    }

    /// One that waits for the answer to MAIL.
    static func ready(extensions: String = "x") throws -> Talk {
        var talk = try Talk(.none)
        _ = talk.hear("220 x") + talk.hear("250-x", "250 \(extensions)")
        return talk
    }

    mutating func hear(_ lines: String..., bytesFollow: Bool = false) -> [String] {
        var parser = SMTPReplyParser()
        parser.append((lines.joined(separator: "\r\n") + "\r\n").utf8)
        guard let reply = try? parser.next() else { return ["no reply"] }
        return note(dialogue.received(reply, bytesFollow: bytesFollow))
    }

    mutating func secured() -> [String] { note(dialogue.secured()) }

    mutating func send() throws -> [String] { note(dialogue.send(letter)) }

    mutating func note(_ actions: [SMTPDialogue.Action]) -> [String] {
        actions.flatMap { action -> [String] in
            switch action {
            case .write(let bytes) where bytes == letter.content: return ["<content>"]
            case .write(let bytes):
                return String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
            case .secure: return ["<secure>"]
            case .taken:
                verdicts += 1
                return ["<taken>"]
            case .notTaken(let failure):
                verdicts += 1
                self.failure = failure
                return ["<\(failure.isPermanent ? "permanent" : "temporary"): \(failure)>"]
            case .close: return ["<close>"]
            }
        }
    }
}
