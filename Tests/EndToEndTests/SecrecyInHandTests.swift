import Foundation
import Testing

/// Canaries in the midst of it: while mails wait, nothing is tidied up yet, and the store is locked.
@Suite(.timeLimit(.minutes(5))) struct SecrecyInHandTests {
    @Test func `secrets of every change of an account stand in no log, answer or file, in the midst of it too`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(
            in: folder, server: "log: {level: trace}", extra: StoreTroubleTests.settings)
        // No mail folder can be made where a file lies, so every mail waits in the store.
        let mails = folder.url.appendingPathComponent("data/mail")
        try FileManager.default.removeItem(at: mails)
        try folder.write("data/mail", "")

        var shown = Shown()
        shown.canaries = ["canary", "Follow this link", "reset-password", "$argon2id$"]
        try await Self.beSomebody(at: gateway, &shown)
        try await Self.leave(gateway, &shown)
        _ = try await gateway.process.line(containing: "a mail could not be sent and is tried again")
        let lock = try await StoreLock.take(in: folder)
        for member in ["late", "john"] {
            let locked = try await gateway.register(member, "canary locked battery", address: "canary.\(member)")
            shown.note(locked, 503)
            shown.note(try await gateway.logIn("planted.name", "canary fourth battery"), 503)
        }
        // Nobody can cut the log to nothing meanwhile.
        let log = try Data(contentsOf: folder.url.appendingPathComponent("data/auth-gateway.db-wal"))
        #expect(!log.isEmpty)
        let midst = try Self.store(in: folder)
        await lock.release()

        // Now they are sent, and tell what must not have stood there.
        try FileManager.default.removeItem(at: mails)
        let link = try await Mailbox(folder: folder).resetLink()
        shown.canaries.append(String(link.suffix(43)))
        await gateway.end()
        let end = try Self.store(in: folder)
        for store in [midst, end] {
            #expect(store.range(of: Data("planted.name".utf8)) != nil)
            for canary in shown.canaries where canary != "$argon2id$" {
                #expect(store.range(of: Data(canary.utf8)) == nil, "\(canary)")
            }
        }
        shown.texts.append(gateway.process.transcript)
        #expect(gateway.process.transcript.contains("database is locked"))
        for text in shown.texts {
            for canary in shown.canaries { #expect(!text.contains(canary), "\(canary) in \(text.suffix(2000))") }
            #expect(!text.contains("planted.name") || text.hasPrefix("{"))
        }
    }

    /// What has been said to the outside, and what must not be in it.
    private struct Shown {
        var texts: [String] = []
        var canaries: [String] = []

        mutating func note(_ answer: HTTPAnswer, _ status: Int) {
            #expect(answer.status == status, "\(answer.body)")
            texts.append("\(answer.headers)")
            texts.append(answer.body)
        }

        /// Tokens that an answer gives are secrets from then on; in that answer they are not.
        mutating func learn(_ login: HTTPAnswer) throws -> (access: String, refresh: String) {
            let tokens = (try login.text("access_token"), try login.text("refresh_token"))
            canaries += [tokens.0, tokens.1]
            return tokens
        }
    }

    /// Registers, renames, changes the password, logs out, and forgets the password.
    private static func beSomebody(at gateway: GatewayProcess, _ shown: inout Shown) async throws {
        shown.note(try await gateway.register("johndoe", "canary third battery"), 201)
        let own = try shown.learn(try await gateway.logIn("johndoe", "canary third battery"))
        let other = try shown.learn(try await gateway.logIn("johndoe", "canary third battery"))
        for (old, new, status) in [("wrong", "fourth", 401), ("third", "fourth", 204)] {
            let body = #"{"current_password":"canary \#(old) battery","new_password":"canary \#(new) battery"}"#
            shown.note(
                try await gateway.send("POST", "/auth/change-password", json: body, token: own.access), status)
        }
        for (name, status) in [("canary in a field", 422), ("planted.name", 200)] {
            let body = #"{"username":"\#(name)","password":"canary where none belongs"}"#
            shown.note(try await gateway.send("PATCH", "/auth/me", json: body, token: own.access), status)
        }
        for token in ["canary\(String(repeating: "A", count: 37))", other.refresh] {
            let body = #"{"refresh_token":"\#(token)"}"#
            shown.note(try await gateway.send("POST", "/auth/logout", json: body), 401)
        }
        let body = #"{"refresh_token":"\#(own.refresh)"}"#
        shown.note(try await gateway.send("POST", "/auth/logout", json: body), 204)
        shown.note(
            try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"johndoe@example.com"}"#), 202)
    }

    /// Makes an account on the command line, and deletes it.
    private static func leave(_ gateway: GatewayProcess, _ shown: inout Shown) async throws {
        let create = [
            "users", "create", "--username", "jane", "--email", "jane@example.com", "--password-stdin", "--config",
            "config.yaml",
        ]
        let created = try await gateway.run(create, input: "canary typed battery\n")
        #expect(created.status == 0)
        shown.texts.append(created.output)
        let again = try await gateway.run(create, input: "canary typed battery\n")
        #expect(again.status == 1)
        shown.texts.append(again.output)
        let own = try shown.learn(try await gateway.logIn("jane", "canary typed battery"))
        for (password, status) in [("canary wrong battery", 401), ("canary typed battery", 204)] {
            let body = #"{"current_password":"\#(password)"}"#
            shown.note(try await gateway.send("DELETE", "/auth/me", json: body, token: own.access), status)
        }
    }

    /// Every byte of the database and what lies beside it.
    private static func store(in folder: TestFolder) throws -> Data {
        let data = folder.url.appendingPathComponent("data")
        let names = try FileManager.default.contentsOfDirectory(atPath: data.path).filter { $0.contains(".db") }
        return try names.reduce(Data()) { try $0 + Data(contentsOf: data.appendingPathComponent($1)) }
    }
}
