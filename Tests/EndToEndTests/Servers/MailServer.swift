import Foundation

/// A mail server that wants STARTTLS and a login: aiosmtpd, by the script that the tests of mailers use too.
struct MailServer: Sendable {
    static let password = "canary-of-smtp"

    let process: RunningProcess
    let folder: TestFolder
    let port: Int

    /// Starts one, on a free port unless it is to come back on its own.
    static func start(in folder: TestFolder, port: Int = 0) async throws -> Self {
        let script = Project.folder + "/Tests/MailersTests/SMTP/server.py"
        let process = try RunningProcess(
            "/usr/bin/python3",
            [script, folder.path("mail"), "--stay", "--port", "\(port)", "--login", "gateway:\(password)"],
            folder: folder.url)
        let line = try await process.line(containing: "listening ")
        guard let port = line.split(separator: " ").last.flatMap({ Int($0) }) else {
            throw HTTPAnswer.Unreadable(text: line)
        }
        return Self(process: process, folder: folder, port: port)
    }

    /// The section of a file that sends mails there.
    static func section(port: Int, folder: TestFolder) -> String {
        """
        mail:
          use: smtp
          host: localhost
          port: \(port)
          username: gateway
          password: ${env:SMTP_PASSWORD}
          from: Example <no-reply@example.com>
          ca: \(folder.path("mail/ca.pem"))
        """
    }

    /// Waits until so many mails have come, with nothing to tell of them: this looks again and again, and the suite's
    /// time limit ends it.
    func mails(_ count: Int) async throws -> [String] {
        while true {
            let mails = try self.mails()
            if mails.count >= count { return mails }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Sender, recipient, `tls` or `clear` and who logged in, of each mail.
    func envelopes() throws -> [String] {
        try String(contentsOfFile: folder.path("mail/envelopes"), encoding: .utf8).split(separator: "\n").map(
            String.init)
    }

    private func mails() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("mail")).sorted()
        return try names.filter { $0.hasSuffix(".eml") }.map {
            try String(contentsOfFile: folder.path("mail/\($0)"), encoding: .utf8)
        }
    }
}
