import Foundation
import GatewayKit
import Testing

/// Signing keys and the secret file, by the real binary.
@Suite(.timeLimit(.minutes(5)))
struct KeyTests {
    @Test func `another key signs within a second of its rotation, and no token is lost`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        var login = try await TourTests.registerAndLogIn(at: gateway)
        let token = try login.text("access_token")
        let old = try Self.keyID(of: token)
        #expect(try await Self.shown(by: gateway) == [old])
        let rotated = try await gateway.run(["keys", "rotate", "--config", "config.yaml"])
        #expect(rotated.status == 0, "\(rotated.output)")
        login = try await waitForKey(other: old, refreshing: login, gateway)
        let new = try Self.keyID(of: login.text("access_token"))
        #expect(
            rotated.output == """
                the key \(new) is shown, and will sign when every node has read it
                the key \(new) signs; tokens of the former one stay valid until they expire
                """)
        #expect(try await Self.shown(by: gateway) == [old, new])
        #expect(try await gateway.verify(token) == 200)
        let listed = try await gateway.run(["keys", "list", "--config", "config.yaml"]).output
        #expect(listed.split(separator: "\n").map { $0.split(separator: " ")[2] } == ["retired", "active"])
        let atOnce = try await gateway.run(["keys", "rotate", "--now", "--config", "config.yaml"])
        #expect(atOnce.status == 0 && !atOnce.output.contains(" is shown"))
        _ = try await waitForKey(other: new, refreshing: login, gateway)
        #expect(try await gateway.verify(token) == 200)
        await gateway.end()
    }

    @Test func `a revoked key's tokens are refused within a second, and people stay logged in`() async throws {
        let folder = try TestFolder()
        var gateway = try await GatewayProcess.start(in: folder, extra: "pipeline: []")
        let login = try await TourTests.registerAndLogIn(at: gateway)
        let token = try login.text("access_token")
        let old = try Self.keyID(of: token)
        #expect(try await gateway.verify(token) == 200)
        let revoked = try await gateway.run(["keys", "revoke", old, "--config", "config.yaml"])
        #expect(revoked.status == 0, "\(revoked.output)")
        try await GatewayProcess.expectWithinASecond { try await gateway.verify(token) == 401 }
        let refreshed = try await waitForKey(other: old, refreshing: login, gateway)
        let new = try Self.keyID(of: refreshed.text("access_token"))
        #expect(
            revoked.output == """
                the key \(old) is revoked: every token that it signed is refused within a second, on every node
                the key \(new) signs now
                people stay logged in: apps get new access tokens by their refresh tokens
                """)
        #expect(try await Self.shown(by: gateway) == [new])
        #expect(try await gateway.verify(refreshed.text("access_token")) == 200)
        await gateway.end()

        gateway = try await GatewayProcess.start(in: folder, extra: "pipeline: []")
        #expect(try await gateway.verify(token) == 401)
        #expect(try await gateway.verify(refreshed.text("access_token")) == 200)
        let unknown = try await gateway.run(["keys", "revoke", old, "--config", "config.yaml"])
        #expect(unknown == (1, "there is no signing key '\(old)'"))
        await gateway.end()
    }

    @Test func `the secret file's key is replaced, and nothing that it sealed is lost`() async throws {
        let folder = try TestFolder()
        var gateway = try await GatewayProcess.start(in: folder)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        await gateway.end()
        try write(Self.newLine + secretFile(folder), to: folder)

        gateway = try await GatewayProcess.start(in: folder)
        #expect(try await gateway.verify(token) == 200)
        let first = try await gateway.run(["keys", "rewrap", "--config", "config.yaml"])
        #expect(
            first == (
                0,
                """
                signing keys: 1 sealed again, 0 were already
                mails: 0 sealed again, 0 were already
                every line of server.secret_file but the first can be removed
                """
            ))
        #expect(
            try await gateway.run(["keys", "list", "--config", "config.yaml"]).output.hasSuffix("  sealed by new"))
        let again = try await gateway.run(["keys", "rewrap", "--config", "config.yaml"])
        #expect(again.status == 0 && again.output.contains("signing keys: 0 sealed again, 1 were already"))
        await gateway.end()

        try write(Self.newLine, to: folder)
        gateway = try await GatewayProcess.start(in: folder)
        #expect(try await gateway.verify(token) == 200)
        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 200)
        await gateway.end()
    }

    @Test func `a mail that waits is sealed again too`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        await gateway.end()
        try await leaveMail(in: folder)
        try write(Self.newLine + secretFile(folder), to: folder)
        let rewrapped = try await GatewayProcess.run(["keys", "rewrap", "--config", "config.yaml"], in: folder)
        #expect(rewrapped.status == 0)
        #expect(rewrapped.output.contains("mails: 1 sealed again, 0 were already"))
        try write(Self.newLine, to: folder)
        let restarted = try await GatewayProcess.start(in: folder)
        while Mailbox(folder: folder).texts().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(Mailbox(folder: folder).texts()[0].contains("Your password was changed"))
        await restarted.end()
    }

    @Test func `a line that was removed too early refuses the start, and is named`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        await gateway.end()
        let lostID = try secretFile(folder).prefix { $0 != ":" }
        try write(Self.newLine, to: folder)
        let key = try Self.keyID(of: token)
        let message =
            "signing key '\(key)' cannot be opened: server.secret_file does not fit, it has no key '\(lostID)'"
        let refused = try await GatewayProcess.run(["serve", "--config", "config.yaml"], in: folder)
        #expect(refused.status == 1)
        #expect(refused.output.contains("tokens: cannot start 'jwt': \(message)"))
        let rewrapped = try await GatewayProcess.run(["keys", "rewrap", "--config", "config.yaml"], in: folder)
        #expect(rewrapped.status == 1)
        #expect(rewrapped.output.hasSuffix("\(message)\nkeep every line of server.secret_file"))

        // Who has lost the line for good gives the keys up that it sealed.
        #expect(
            try await GatewayProcess.run(["keys", "revoke", key, "--config", "config.yaml"], in: folder).status == 0)
        let restarted = try await GatewayProcess.start(in: folder)
        #expect(try await restarted.verify(token) == 401)
        #expect(try await restarted.logIn("johndoe", "correct horse battery").status == 200)
        await restarted.end()
    }

    @Test func `where no key was made yet, none is changed`() async throws {
        let folder = try TestFolder()
        try folder.write("config.yaml", "")
        try await leaveMail(in: folder)
        for verb in [["rotate"], ["rotate", "--now"]] {
            let refused = try await GatewayProcess.run(["keys"] + verb + ["--config", "config.yaml"], in: folder)
            #expect(refused == (1, "no keys yet: the first start makes one"))
        }
        let listed = try await GatewayProcess.run(["keys", "list", "--config", "config.yaml"], in: folder)
        #expect(listed == (0, "no keys yet: the first start makes one"))
    }

    private static let newLine = "new:\(Base64URL.encode([UInt8](repeating: 42, count: 32)))\n"

    private func secretFile(_ folder: TestFolder) throws -> String {
        try String(contentsOfFile: folder.path("data/secret.key"), encoding: .utf8)
    }

    private func write(_ text: String, to folder: TestFolder) throws {
        try folder.write("data/secret.key", text)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.path("data/secret.key"))
    }

    /// Has a mail wait in the outbox, since no server is there to send it.
    private func leaveMail(in folder: TestFolder) async throws {
        let options = ["--password-stdin", "--config", "config.yaml"]
        _ = try await GatewayProcess.run(
            ["users", "create", "--username", "jane", "--email", "jane@example.com"] + options,
            input: "staple battery horse\n", in: folder)
        let set = try await GatewayProcess.run(
            ["users", "passwd", "jane"] + options, input: "staple horse battery\n", in: folder)
        #expect(set.status == 0, "\(set.output)")
    }

    static func keyID(of token: String) throws -> String {
        let header = try #require(Base64URL.decode(token.prefix { $0 != "." }.utf8))
        let members = try #require(try JSONSerialization.jsonObject(with: Data(header)) as? [String: Any])
        return try #require(members["kid"] as? String)
    }

    static func shown(by gateway: GatewayProcess) async throws -> [String] {
        let keys = try await gateway.get("/.well-known/jwks.json").json()["keys"] as? [[String: Any]]
        return try #require(keys).compactMap { $0["kid"] as? String }
    }

    /// What a session's refresh gives once another key signs, which takes a second at most.
    private func waitForKey(
        other old: String, refreshing login: HTTPAnswer, _ gateway: GatewayProcess
    ) async throws -> HTTPAnswer {
        var last = login
        try await GatewayProcess.expectWithinASecond {
            last = try await TourTests.refresh(last.text("refresh_token"), at: gateway)
            #expect(last.status == 200)
            return try Self.keyID(of: last.text("access_token")) != old
        }
        return last
    }
}
