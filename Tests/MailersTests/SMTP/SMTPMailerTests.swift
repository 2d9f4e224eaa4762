import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayMailers

/// Mail to a server that is not ours.
@Suite(.needsMailServer, .timeLimit(.minutes(3))) struct SMTPMailerTests {
    @Test(arguments: MailerConformance.allCases)
    func `keeps a mailer's promises`(promise: MailerConformance) async throws {
        try await withMailFolder { folder in
            let server = try await MailServer.start(["--login", "gateway:correct horse"], in: folder)
            try await promise.verify {
                MailerUnderTest(
                    try await server.mailer(login: ("gateway", "correct horse")),
                    repeats: .arrive(because: "servers take a mail twice; both have one Message-ID")
                ) { try await server.mails().map(\.received) }
            }
            #expect(Set(server.envelopes) == ["no-reply@example.com john.doe@example.com tls gateway"])
        }
    }

    @Test(
        arguments: [
            (SMTPSecurity.startTLS, "PLAIN", ["clear EHLO", "tls EHLO", "tls AUTH PLAIN"], "tls gateway"),
            (.startTLS, "LOGIN", ["clear EHLO", "tls EHLO", "tls AUTH LOGIN"], "tls gateway"),
            (.tls, "PLAIN", ["tls EHLO", "tls AUTH PLAIN"], "tls gateway"),
            (.tls, "LOGIN", ["tls EHLO", "tls AUTH LOGIN"], "tls gateway"),
            (.none, nil, ["clear EHLO"], "clear nobody"),
        ] as [(SMTPSecurity, String?, [String], String)])
    func `a mail goes by TLS and a login, and a second one over the same connection`(
        security: SMTPSecurity, mechanism: String?, greeting: [String], cover: String
    ) async throws {
        for pipelining in [[], ["--pipelining"]] {
            try await withMailFolder { folder in
                let login = mechanism.map { ["--login", "gateway:correct horse", "--mechanism", $0] } ?? []
                let server = try await MailServer.start(
                    ["--security", security.rawValue] + login + pipelining, in: folder)
                let mailer = try await server.mailer(
                    security: security, login: mechanism == nil ? nil : ("gateway", "correct horse"))
                #expect(try await refusal(of: .sample(id: "a", text: ".\n..\n"), by: mailer) == nil)
                #expect(try await refusal(of: .sample(id: "b"), by: mailer) == nil)
                let place = cover.split(separator: " ")[0]
                let mail = ["MAIL", "RCPT", "DATA"].map { "\(place) \($0)" }
                let named = greeting.map { $0.hasSuffix("EHLO") ? $0 + " auth.example.com" : $0 }
                #expect(server.commands == named + mail + mail)
                #expect(
                    server.envelopes
                        == Array(repeating: "no-reply@example.com john@example.com \(cover)", count: 2))
                let mails = try await server.mails()
                #expect(mails.map(\.messageID) == ["<a@example.com>", "<b@example.com>"])
                #expect(mails.map(\.received.text) == [".\n..\n", "text\n"])
                #expect(mails.flatMap(\.defects) == [])
            }
        }
    }

    @Test(arguments: [
        ("rcpt-550", "permanent: the mail server refused the recipient (RCPT), with 550 5.1.1"),
        ("rcpt-450", "temporary: the mail server refused the recipient (RCPT), with 450 4.1.1"),
        ("data-554", "permanent: the mail server refused the message's end, with 554 5.6.0"),
        ("data-451", "temporary: the mail server refused the message's end, with 451 4.6.0"),
        ("gone", "temporary: the connection to the mail server was lost at the recipient (RCPT)"),
    ])
    func `what the server refuses is refused so, and the next mail is sent`(
        name: String, expected: String
    ) async throws {
        for pipelining in [[], ["--pipelining"]] {
            try await withMailFolder { folder in
                let server = try await MailServer.start(pipelining, in: folder)
                let mailer = try await server.mailer()
                #expect(try await refusal(of: .sample(to: "\(name)@example.com"), by: mailer) == expected)
                #expect(try await refusal(of: .sample(), by: mailer) == nil)
                #expect(server.envelopes == ["no-reply@example.com john@example.com tls nobody"])
            }
        }
    }

    @Test func `a wrong password lets mails wait, and says why`() async throws {
        for mechanism in ["PLAIN", "LOGIN"] {
            try await withMailFolder { folder in
                let server = try await MailServer.start(
                    ["--login", "gateway:correct horse", "--mechanism", mechanism], in: folder)
                let mailer = try await server.mailer(login: ("gateway", "canary"))
                #expect(
                    try await refusal(of: .sample(), by: mailer)
                        == "temporary: the mail server refuses the user name and password, with 535 5.7.8: mails wait "
                        + "until they are right")
                #expect(!server.commands.contains { $0.contains("MAIL") })
            }
        }
    }

    @Test(arguments: [SMTPSecurity.startTLS, .tls])
    func `a server whose certificate is not right gets nothing`(security: SMTPSecurity) async throws {
        let untrusted =
            "temporary: no TLS with the mail server: its certificate is none that is trusted here (a private "
            + "authority's goes into mail.ca)"
        let misnamed =
            "temporary: no TLS with the mail server: its certificate is for another name than mail.host"
        for (name, trusts, host, expected) in [
            ("DNS:localhost", nil, "localhost", untrusted),
            ("DNS:mail.example.com", "ca.pem", "localhost", misnamed),
            ("DNS:mail.example.com,IP:127.0.0.1", "ca.pem", "localhost", misnamed),
            ("DNS:localhost", "ca.pem", "127.0.0.1", misnamed),
            ("DNS:localhost,IP:127.0.0.1", "ca.pem", "127.0.0.1", nil),
        ] as [(String, String?, String, String?)] {
            try await withMailFolder { folder in
                let server = try await MailServer.start(
                    ["--security", security.rawValue, "--name", name, "--login", "gateway:canary"], in: folder)
                let mailer = try await server.mailer(
                    security: security, login: ("gateway", "canary"), trusts: trusts, host: host)
                #expect(try await refusal(of: .sample(), by: mailer) == expected)
                let before = security == .tls ? [] : ["clear EHLO auth.example.com"]
                if expected != nil { #expect(server.commands == before) }
                let careless = try await server.mailer(
                    security: security, login: ("gateway", "canary"), trusts: trusts, host: host, verifies: false)
                #expect(try await refusal(of: .sample(), by: careless) == nil)
            }
        }
    }

    @Test func `the mail server of these tests holds nothing of theirs open`() async throws {
        // A child inherits its ends, as it does SwiftNIO's sockets.
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        try await withMailFolder { folder in
            let server = try await MailServer.start(in: folder)
            close(ends[1])
            let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
            // Ends when nobody can write any more; a child that another test has just started may for a moment.
            let read = await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: reading.availableData) }
            }
            #expect(read.isEmpty && server.port > 0)
        }
    }

    @Test func `a name with an underscore is looked for in the certificate like any other`() async throws {
        let refused = "temporary: no TLS with the mail server: "
        for (name, trusts, expected) in [
            ("DNS:mail_server", "ca.pem", nil), ("DNS:MAIL_SERVER,DNS:other", "ca.pem", nil),
            ("DNS:mail-server,IP:127.0.0.1", "ca.pem", refused + SMTPTrust.misnamed),
            ("DNS:mail_server", nil, refused + "its certificate is none that is trusted here"),
        ] as [(String, String?, String?)] {
            try await withMailFolder { folder in
                let server = try await MailServer.start(["--name", name], in: folder)
                let mailer = try await server.mailer(trusts: trusts, certifiedAs: "mail_server")
                let outcome = try await refusal(of: .sample(), by: mailer)
                #expect(outcome == nil ? expected == nil : outcome?.hasPrefix(expected ?? "-") == true, "\(name)")
            }
        }
    }

    @Test func `a server that speaks no TLS where it must gets nothing`() async throws {
        try await withMailFolder { folder in
            let server = try await MailServer.start(["--security", "none"], in: folder)
            let mailer = try await server.mailer(security: .startTLS, login: ("gateway", "canary"), trusts: nil)
            #expect(
                try await refusal(of: .sample(), by: mailer)
                    == "temporary: the mail server does not offer STARTTLS, and nothing is sent without")
            #expect(server.commands == ["clear EHLO auth.example.com"])
            let other = try await server.mailer(security: .tls, login: ("gateway", "canary"), trusts: nil)
            #expect(try await refusal(of: .sample(), by: other)?.hasPrefix("temporary: no TLS with") == true)
            #expect(server.commands.count == 1)
        }
    }

    /// `Mail` is `Codable`, so its parts need not have come by its initialiser.
    @Test func `a mail arrives as one mail to one address, or is refused`() async throws {
        try await withMailFolder { folder in
            let server = try await MailServer.start(in: folder)
            let mailer = try await server.mailer()
            let ends = ["\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\0", "\u{b}", "\r\n.\r\n", "\n.\n", "\n.\r\n"]
            let commands = ["Bcc: eve@example.com", "RCPT TO:<eve@example.com>", "MAIL FROM:<eve@example.com>", "DATA"]
            var taken = 0
            for end in ends {
                for command in commands {
                    let smuggled = "x" + end + command + end + "y"
                    for (field, mail) in try Self.mails(with: smuggled) {
                        let outcome = await refusal(of: mail, by: mailer)
                        if field == "text" {
                            #expect(outcome == nil)
                            taken += 1
                        } else {
                            #expect(outcome?.hasPrefix("permanent: ") == true, "\(field) \(smuggled.debugDescription)")
                        }
                    }
                }
            }
            #expect(server.envelopes.count == taken)
            #expect(Set(server.envelopes) == ["no-reply@example.com john@example.com tls nobody"])
            let mails = try await server.mails()
            #expect(mails.allSatisfy { $0.received.recipient == "john@example.com" && $0.defects == [] })
        }
    }

    private static func mails(with smuggled: String) throws -> [(field: String, mail: Mail)] {
        let mail = try Mail.sample()
        var fields: [(String, Mail)] = []
        for field in ["id", "recipient", "subject", "text"] {
            var other = mail
            switch field {
            case "id": other.id = smuggled
            case "recipient": other.recipient = "john@example.com" + smuggled
            case "subject": other.subject = smuggled
            default: other.text = smuggled
            }
            fields.append((field, other))
        }
        for recipient in ["a@example.com>,<eve@example.com", "a@example.com> SIZE=1", "\"a b\"@example.com", ""] {
            var other = mail
            other.recipient = recipient
            fields.append(("recipient", other))
        }
        return fields
    }
}
