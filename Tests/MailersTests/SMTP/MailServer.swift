import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayMailers

/// A mail server that is not ours: aiosmtpd, by `server.py`.
final class MailServer: Sendable {
    let folder: String
    let port: Int
    private nonisolated(unsafe) let process: UnsafeMutablePointer<FILE>

    /// Starts one on a free port; `arguments` are those of `server.py`.
    static func start(_ arguments: [String] = [], in folder: String) async throws -> MailServer {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let pipe = folder + "/port"
        guard mkfifo(pipe, 0o600) == 0 else { throw StartFailure(log: "no pipe") }
        let words = ([folder] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let script = #filePath.replacing("MailServer.swift", with: "server.py")
        // It lives as long as its standard input is open, and so no longer than this process.
        let command = "exec \(python) '\(script)' \(words) > '\(pipe)' 2> '\(folder)/log'"
        guard let process = popen(command, "we") else { throw StartFailure(log: "no process") }
        let line: String = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let file = fopen(pipe, "re")
                var buffer = [CChar](repeating: 0, count: 100)
                if let file { fgets(&buffer, 100, file) }
                continuation.resume(returning: String(decoding: buffer.map(UInt8.init), as: UTF8.self))
                if let file { fclose(file) }
            }
        }
        guard let port = line.split(whereSeparator: { " \n\0".contains($0) }).last.flatMap({ Int($0) }) else {
            pclose(process)
            throw StartFailure(log: (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "")
        }
        return MailServer(folder: folder, port: port, process: process)
    }

    private init(folder: String, port: Int, process: UnsafeMutablePointer<FILE>) {
        self.folder = folder
        self.port = port
        self.process = process
    }

    /// Ends the server, and waits for it.
    deinit { pclose(process) }

    /// The mails that have arrived, by Python's parser.
    func mails() async throws -> [ParsedMail] { try await ParsedMail.all(in: folder) }

    /// `tls EHLO name` and the like, in order.
    var commands: [String] { lines(of: "commands") }
    /// Sender, recipients, `tls` or `clear`, and who logged in.
    var envelopes: [String] { lines(of: "envelopes") }

    /// A mailer of that server, which may have to be certified as another host; the other settings are as they would
    /// stand in the file.
    func mailer(
        security: SMTPSecurity = .startTLS, login: (String, String)? = nil, trusts ca: String? = "ca.pem",
        host: String = "localhost", certifiedAs name: String? = nil, time: any TimeSource = SystemTime(),
        verifies: Bool = true
    ) async throws -> SMTPMailer {
        let authorities = security == .none ? nil : ca.map { folder + "/" + $0 }
        let settings = SMTPSettings(
            host: host, port: port, security: security,
            login: login.map { SMTPLogin(username: $0.0, password: Secret($0.1)) },
            from: try Mailbox("Auth Gateway <no-reply@example.com>"), authorities: authorities, timeout: .seconds(30),
            allowsLoginWithoutTLS: false, allowsUnverifiedServer: !verifies)
        let trust =
            security == .none
            ? nil : try await SMTPTrust(host: name ?? host, authorities: authorities, verifies: verifies)
        return SMTPMailer(settings, clientName: "auth.example.com", trust: trust, time: time)
    }

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/aiosmtpd") }

    /// The system's, which has Debian's aiosmtpd.
    private static let python = "/usr/bin/python3"

    private func lines(of name: String) -> [String] {
        let text = (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private struct StartFailure: Error {
        let log: String
    }
}

extension Trait where Self == ConditionTrait {
    /// Says that a test needs aiosmtpd. Where it is not, the test is skipped and says so; but where CI is set nothing
    /// is skipped, and the test fails.
    static var needsMailServer: Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["CI"] != nil || MailServer.isInstalled,
            "needs aiosmtpd, which is not installed: make deps")
    }
}

extension Mail {
    /// A mail to somebody.
    static func sample(
        to recipient: String = "john@example.com", id: String = "abc", subject: String = "Subject",
        text: String = "text\n"
    ) throws -> Mail {
        try Mail(
            id: id, recipient: EmailAddress(recipient), subject: subject, text: text,
            createdAt: Timestamp(seconds: 1_800_000_000))
    }
}

/// What a mailer throws for a mail: `temporary: …` or `permanent: …`; nil when it is sent.
func refusal(of mail: Mail, by mailer: SMTPMailer) async -> String? {
    do throws(MailerError) {
        try await mailer.send(mail)
        return nil
    } catch {
        switch error {
        case .temporary(let cause): return "temporary: \(cause)"
        case .permanent(let cause): return "permanent: \(cause)"
        }
    }
}
