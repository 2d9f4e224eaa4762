import Foundation

/// A mail server that does wrong until it is told to behave: `faulty.py`, which wants TLS and a login.
struct FaultyMailServer: Sendable {
    static let password = "canary-of-smtp"

    /// How it treats connections.
    struct Manners: Encodable, Sendable {
        /// When TLS begins: `starttls` or `tls`.
        var security = "starttls"
        /// Whose certificate it shows: the `right` one, a trusted one that is `misnamed`, or an `unknown` one.
        var certificate = "right"
        /// What it says at which step where that is not right; `stall` and `hang up` are such answers too.
        var answers: [String: String] = [:]
    }

    private let process: RunningProcess
    private let folder: TestFolder
    private let manners: Manners
    private let port: Int

    static func start(_ manners: Manners) async throws -> Self {
        let folder = try TestFolder()
        try write(manners, in: folder)
        let script = Project.folder + "/Tests/EndToEndTests/Mail/faulty.py"
        let process = try RunningProcess("/usr/bin/python3", [script, folder.url.path], folder: folder.url)
        let line = try await process.line(containing: "listening ")
        guard let port = line.split(separator: " ").last.flatMap({ Int($0) }) else {
            throw HTTPAnswer.Unreadable(text: line)
        }
        return Self(process: process, folder: folder, manners: manners, port: port)
    }

    /// Does what is right from the next connection on.
    func behave() throws { try Self.write(Manners(security: manners.security), in: folder) }

    /// The section of a file that sends mails here.
    func section(timeout: String) -> String {
        """
        mail:
          use: smtp
          host: localhost
          port: \(port)
          security: \(manners.security)
          username: gateway
          password: ${env:SMTP_PASSWORD}
          from: Example <no-reply@example.com>
          ca: \(folder.path("ca.pem"))
          timeout: \(timeout)

        """
    }

    /// Waits until it has taken a mail.
    func taken() async throws { _ = try await process.line(containing: "taken ") }

    /// The Message-IDs of all mails that it has taken.
    var ids: [String] {
        process.transcript.split(separator: "\n").filter { $0.hasPrefix("taken ") }.map { String($0.dropFirst(6)) }
    }

    /// What it has heard so far, `clear EHLO` and so on, of each connection.
    var connections: [[String]] {
        let lines = process.transcript.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
        let numbered = lines.compactMap { words in Int(words[0]).map { ($0, String(words[1])) } }
        return Dictionary(grouping: numbered, by: \.0).sorted { $0.key < $1.key }.map { $0.value.map(\.1) }
    }

    func end() async { await process.end() }

    private static func write(_ manners: Manners, in folder: TestFolder) throws {
        // At once, for a connection may come at any time.
        try JSONEncoder().encode(manners).write(to: URL(filePath: folder.path("manners.json")), options: .atomic)
    }
}
