import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayMailers

@Suite struct MessageTests {
    @Test func `a mail is these lines`() throws {
        #expect(
            try message("Welcome", text: "Hello johndoe,\nwelcome.\n") == """
                Date: Fri, 15 Jan 2027 08:00:00 +0000
                From: Auth Gateway <no-reply@localhost>
                To: john@example.com
                Subject: Welcome
                Message-ID: <abc@localhost>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: multipart/alternative; boundary="=_1"

                --=_1
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                Hello johndoe,
                welcome.

                --=_1
                Content-Type: text/html; charset=utf-8
                Content-Transfer-Encoding: 7bit

                <!DOCTYPE html>
                <html><body>
                <p>Hello johndoe,<br>
                welcome.</p>
                </body></html>

                --=_1--

                """)
    }

    @Test(arguments: [
        ("a\nb\n\n \nc\n", "<p>a<br>\nb</p>\n<p>c</p>"),
        ("", ""),
        (
            "See https://a.example/x?y=1&z=2, or http://b.example.",
            #"<p>See <a href="https://a.example/x?y=1&amp;z=2">https://a.example/x?y=1&amp;z=2</a>, or "#
                + #"<a href="http://b.example">http://b.example</a>.</p>"#
        ),
        ("https://", "<p>https://</p>"),
        ("javascript:alert(1) <script>", "<p>javascript:alert(1) &lt;script&gt;</p>"),
        (
            #"https://a.example/"onclick="x' <b>&"#,
            #"<p><a href="https://a.example/">https://a.example/</a>&quot;onclick=&quot;x&#39; &lt;b&gt;&amp;</p>"#
        ),
        ("\"\u{301}<\u{301}", "<p>&quot;\u{301}&lt;\u{301}</p>"),
    ])
    func `a text is HTML by its paragraphs and links, and nothing in it is markup`(text: String, body: String) {
        let lines = HTMLAlternative.lines(of: text.split(separator: "\n", omittingEmptySubsequences: false))
        let page = "<!DOCTYPE html>\n<html><body>\n" + (body.isEmpty ? "" : body + "\n") + "</body></html>"
        #expect(lines.joined(separator: "\n") == page)
    }

    @Test func `a text that holds what divides the parts stays one part`() async throws {
        try await withMailFolder { folder in
            let text = "--=_1\n\n--=_1--\n--=_2\nContent-Type: text/html\n\n<b>\n"
            let mail = try Mail(
                id: "abc", recipient: EmailAddress("john@example.com"), subject: "Subject", text: text,
                createdAt: Timestamp(seconds: 0))
            try await FileMailer(folder: folder, from: Mailbox("a@b.c"), random: SystemRandom()).send(mail)
            let parsed = try #require(try await ParsedMail.all(in: folder).first)
            #expect(parsed.received == ReceivedMail(mail))
            #expect(parsed.contentTypes == ["multipart/alternative", "text/plain", "text/html"])
        }
    }

    @Test(arguments: ["\r", "\n", "\r\nBcc: eve@example.com", "\0", "\u{85}", "\u{2028}", "\u{2029}"])
    func `a field with a control is no mail, so that no header is smuggled in`(control: String) throws {
        func mail(id: String = "abc", to recipient: String = "john@example.com", subject: String = "Welcome") throws {
            _ = try Mail(
                id: id, recipient: EmailAddress(stored: recipient), subject: subject, text: "",
                createdAt: Timestamp(milliseconds: 0))
        }
        try mail()
        for attempt in [
            { try mail(id: "a" + control) }, { try mail(to: "john@example.com" + control) },
            { try mail(subject: "Welcome" + control) },
        ] {
            let refusal = #expect(throws: InputRefusal.self) { try attempt() }
            #expect(refusal?.code == "control_character")
        }
    }

    @Test func `a text beyond ASCII is quoted-printable in lines of 76 columns`() throws {
        let lines = try message("Welcome", text: "Grüße =) \n" + String(repeating: "é", count: 40)).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.contains("Content-Transfer-Encoding: quoted-printable"))
        #expect(lines.contains("Gr=C3=BC=C3=9Fe =3D)=20"))
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    }

    @Test func `a long subject is folded between its words`() throws {
        let subject = Array(repeating: "word", count: 30).joined(separator: " ")
        let lines = try message(subject, text: "").split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix(" word") }.count == 2)
        #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    }

    @Test(arguments: [
        ("Übergang", "Subject: =?utf-8?Q?=C3=9Cbergang?="),
        (" led by a space", "Subject: =?utf-8?Q?_led_by_a_space?="),
        ("=?utf-8?Q?x?=", "Subject: =?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?="),
    ])
    func `a subject that would be read otherwise is an encoded-word`(subject: String, line: String) throws {
        #expect(try message(subject, text: "").split(separator: "\n").contains(Substring(line)))
    }

    @Test func `a line with an encoded-word has at most 76 columns`() throws {
        for length in 1...80 {
            let filling = String(repeating: "x", count: length)
            let mail = try Mail(
                id: "abc", recipient: EmailAddress("john@example.com"), subject: "\u{fc}\(filling)", text: "",
                createdAt: Timestamp(seconds: 0))
            for name in ["K\u{f6}ln", "K\u{f6}ln \(filling)"] {
                let sender = try Mailbox("\(name) <\(filling.prefix(64))@example.com>")
                let text = String(decoding: InternetMessage(mail, from: sender).bytes, as: UTF8.self)
                let lines = text.split(separator: "\r\n").filter { $0.contains("=?") }
                #expect(lines.count >= 2)
                #expect(lines.allSatisfy { $0.utf8.count <= 76 })
            }
        }
    }

    @Test(arguments: [
        ("no-reply@localhost", "no-reply@localhost"),
        ("<no-reply@localhost>", "no-reply@localhost"),
        ("Auth Gateway <no-reply@localhost>", "Auth Gateway <no-reply@localhost>"),
        ("\"Example, Inc.\" <no-reply@example.com>", "\"Example, Inc.\" <no-reply@example.com>"),
        ("Example, Inc. <no-reply@example.com>", "\"Example, Inc.\" <no-reply@example.com>"),
        ("Köln <no-reply@example.com>", "=?utf-8?Q?K=C3=B6ln?= <no-reply@example.com>"),
    ])
    func `a sender stands in From as mail programs want it`(typed: String, header: String) throws {
        #expect(try Mailbox(typed).headerWords.joined(separator: " ") == header)
    }

    @Test(arguments: ["", "nobody", "Name no-reply@localhost", "Name <no-reply@localhost", "A\nB <a@b.c>", "<>"])
    func `what is no sender is refused with an example`(typed: String) {
        #expect(throws: InputRefusal("invalid_mailbox", "expected a sender such as Example <no-reply@example.com>")) {
            try Mailbox(typed)
        }
    }

    @Test(arguments: [
        (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000"),
        (4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000"),
    ])
    func `a date is the civil one in UTC`(seconds: Int64, text: String) {
        #expect(MailDate(Timestamp(seconds: seconds)).description == text)
    }

    /// The message with its line ends as Swift's.
    private func message(_ subject: String, text: String) throws -> String {
        let mail = try Mail(
            id: "abc", recipient: EmailAddress("john@example.com"), subject: subject, text: text,
            createdAt: Timestamp(seconds: 1_800_000_000))
        let bytes = InternetMessage(mail, from: try Mailbox("Auth Gateway <no-reply@localhost>")).bytes
        return String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
            .joined(separator: "\n")
    }
}
