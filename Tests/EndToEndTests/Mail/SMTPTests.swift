import Foundation
import GatewayTestServers
import Testing

/// Mails of the real binary to a mail server that is not ours.
@Suite(.needs("aiosmtpd"), .timeLimit(.minutes(5))) struct SMTPTests {
    @Test func `a forgotten password's link comes by SMTP with TLS and a login, and works`() async throws {
        let server = try await MailServer.start(in: TestFolder())
        let gateway = try await start(server.port, server.folder)
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        let asked = try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"john@example.com"}"#)
        #expect(asked.status == 202)
        let mails = try await server.mails(2)
        #expect(
            Set(try server.envelopes()) == ["no-reply@example.com john@example.com tls gateway"])
        let reset = try #require(mails.first { $0.contains("Subject: Set a new password") })
        let link = try #require(
            reset.firstMatch(of: #/\r\nhttp://localhost:8080(/auth/reset-password/[A-Za-z0-9_-]+)\r\n/#))
        #expect(reset.contains("<a href=\"http://localhost:8080\(link.output.1)\">"))
        let changed = try await gateway.send(
            "POST", String(link.output.1), json: #"{"new_password":"staple battery horse"}"#)
        #expect(changed.status == 200)
        _ = try await server.mails(3)
        #expect(await gateway.process.end() == 0)
        let log = gateway.process.transcript
        #expect(!log.contains(MailServer.password) && !log.contains(link.output.1.suffix(43)))
    }

    @Test func `mails wait while the server is away, and none is lost`() async throws {
        let folder = try TestFolder()
        let away = try await MailServer.start(in: folder, port: FreePort.next())
        await away.process.end(SIGKILL)
        let gateway = try await start(away.port, folder)
        let names = (1...6).map { "person\($0)" }
        for name in names {
            let registered = try await gateway.send(
                "POST", "/auth/register",
                json: #"{"username":"\#(name)","email":"\#(name)@example.com","password":"stand-by-the-gate"}"#)
            #expect(registered.status == 201)
        }
        _ = try await gateway.process.line(containing: "a mail could not be sent and is tried again")
        let back = try await MailServer.start(in: folder, port: away.port)
        _ = try await back.mails(names.count)
        #expect(
            try back.envelopes().sorted() == names.map { "no-reply@example.com \($0)@example.com tls gateway" })
        #expect(await gateway.process.end() == 0)
        #expect(!gateway.process.transcript.contains("@example.com"))
    }

    @Test func `a mail that is refused for good is given up, and one that is refused for now is sent`() async throws {
        let server = try await MailServer.start(in: TestFolder())
        let gateway = try await start(server.port, server.folder)
        for name in ["rcpt-550", "once-451"] {
            let registered = try await gateway.send(
                "POST", "/auth/register",
                json: #"{"username":"\#(name)","email":"\#(name)@example.com","password":"stand-by-the-gate"}"#)
            #expect(registered.status == 201)
        }
        let givenUp = try await gateway.process.line(containing: "a mail was refused and is given up")
        #expect(givenUp.contains("the mail server refused the recipient (RCPT), with 550 5.1.1"))
        let mails = try await server.mails(1)
        #expect(mails.count == 1 && mails[0].contains("To: once-451@example.com"))
        let putOff = try await gateway.process.line(containing: "a mail could not be sent and is tried again")
        #expect(putOff.contains("with 451 4.2.0"))
        #expect(await gateway.process.end() == 0)
        #expect(!gateway.process.transcript.contains("@example.com"))
    }

    @Test(.needs("exim4")) func `Exim takes a mail as it was meant, and delivers it`() async throws {
        let folder = try TestFolder()
        // Exim delivers as another user when these tests run as root.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
        let exim = try RunningProcess(
            "/usr/bin/python3",
            [
                Project.folder + "/Tests/MailersTests/SMTP/exim.py", Program.path(of: "exim4") ?? "exim4",
                folder.path("mail"), MailServer.password,
            ], folder: folder.url)
        let listening = try await exim.line(containing: "listening ")
        let port = try #require(listening.split(separator: " ").last.flatMap { Int($0) })
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), extra: MailServer.section(port: port, folder: folder),
            environment: ["SMTP_PASSWORD": MailServer.password])
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        let inbox = folder.path("mail/mail/new")
        var names: [String] = []
        while names.isEmpty {
            try await Task.sleep(for: .milliseconds(20))
            names = (try? FileManager.default.contentsOfDirectory(atPath: inbox)) ?? []
        }
        let mail = try String(contentsOfFile: inbox + "/" + names[0], encoding: .utf8)
        #expect(names.count == 1)
        #expect(mail.contains("\nTo: john@example.com\nSubject: Welcome\n"))
        #expect(mail.contains("\nHello,\n\n"))
        let log = try String(contentsOfFile: folder.path("mail/log/mainlog"), encoding: .utf8)
        #expect(log.contains("P=esmtpsa") && log.contains("A=plain:gateway"))
        #expect(await gateway.process.end() == 0)
        await exim.end()
    }

    private func start(_ port: Int, _ folder: TestFolder) async throws -> GatewayProcess {
        try await GatewayProcess.start(
            in: folder, extra: MailServer.section(port: port, folder: folder),
            environment: ["SMTP_PASSWORD": MailServer.password])
    }
}
