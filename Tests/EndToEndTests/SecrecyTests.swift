import Foundation
import Testing

/// Canaries: what is secret stands in no log, no printed configuration and, in clear, not in the store.
@Suite(.timeLimit(.minutes(3)))
struct SecrecyTests {
    @Test func `passwords and tokens stand in no line of the log, however much is logged, and not in the store`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, server: "log: {level: trace}")
        var canaries = ["canary horse battery", "canary staple battery", "canary wrong battery", "canary.as.a.name"]
        let registration = #"{"username":"johndoe","email":"john@example.com","password":"\#(canaries[0])"}"#
        #expect(try await gateway.send("POST", "/auth/register", json: registration).status == 201)
        let login = try await gateway.logIn("johndoe", canaries[0])
        let refreshed = try await TourTests.refresh(login.text("refresh_token"), at: gateway)
        for answer in [login, refreshed] {
            canaries += [try answer.text("access_token"), try answer.text("refresh_token")]
        }
        let token = try refreshed.text("access_token")
        #expect(try await gateway.logIn("johndoe", canaries[2]).status == 401)
        #expect(try await gateway.logIn(canaries[3], canaries[2]).status == 401)
        #expect(try await gateway.verify(token) == 200)
        #expect(try await gateway.verify(token + "x") == 401)
        #expect(try await gateway.get("/auth/me?access_token=canary-query", token: token).status == 200)
        #expect(try await gateway.get("/canary-path", [("Cookie", "canary-cookie=1")]).status == 404)
        #expect(try await gateway.send("POST", "/auth/login", json: #"{"canary-field": "#).status == 400)
        #expect(
            try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"john@example.com"}"#).status
                == 202)
        let link = try await Mailbox(folder: folder).resetLink()
        #expect(try await gateway.get(link).status == 200)
        let reset = canaries[1].replacingOccurrences(of: " ", with: "+")
        #expect(try await gateway.send("POST", link, form: "new_password=\(reset)").status == 200)
        #expect(try await TourTests.refresh(refreshed.text("refresh_token"), at: gateway).status == 401)
        canaries += [String(link.suffix(43)), "canary", "$argon2id$"]
        await gateway.end()

        let log = gateway.process.transcript
        #expect(log.contains("ready to serve") && log.contains("route=/auth/reset-password/{token}"))
        for canary in canaries { #expect(!log.contains(canary), "\(canary)") }
        let store = try store(in: folder)
        #expect(store.range(of: Data("john@example.com".utf8)) != nil)
        for canary in canaries where canary != "$argon2id$" {
            #expect(store.range(of: Data(canary.utf8)) == nil, "\(canary)")
        }
    }

    @Test func `the effective configuration shows no secret and nothing out of variables and files`() async throws {
        let folder = try TestFolder()
        try folder.write("canary.txt", "canary-of-a-file\n")
        try folder.write(
            "config.yaml",
            """
            server: {secret_file: data/own.key}
            tokens: {use: jwt, audience: ["${env:CANARY}"]}
            mail: {use: file, folder: "${file:canary.txt}"}
            """)
        let shown = try await GatewayProcess.run(
            ["check", "--effective"], in: folder, environment: ["CANARY": "canary-of-a-variable"])
        #expect(shown.status == 0)
        #expect(shown.output.contains("secret_file: data/own.key\n"))
        #expect(shown.output.contains("- <not shown>  # from ${env:CANARY}\n"))
        #expect(shown.output.contains("folder: <not shown>  # from ${file:canary.txt}\n"))
        #expect(!shown.output.contains("canary-of"))
    }

    @Test func `a diagnostic masks the value of a key that is named like a secret`() async throws {
        let folder = try TestFolder()
        try folder.write("config.yaml", "mail: {use: file, password: canary}\ntokens:\n  use: jwt\n  secret: canary\n")
        for verb in [["check"], ["check", "--effective"], ["serve"], ["users", "list"]] {
            let refused = try await GatewayProcess.run(verb, in: folder)
            #expect(refused.status == 78)
            #expect(
                refused.output == """
                    config.yaml:1:19: error: mail: unknown key 'password'
                        1 | mail: {use: file, password: <secret>}
                          |                   ^~~~~~~~
                    config.yaml:4:3: error: tokens: unknown key 'secret'
                        4 |   secret: <secret>
                          |   ^~~~~~
                    """)
        }
    }

    /// Every byte of the database and what lies beside it; the mails are another matter.
    private func store(in folder: TestFolder) throws -> Data {
        let data = folder.url.appendingPathComponent("data")
        let names = try FileManager.default.contentsOfDirectory(atPath: data.path).filter { $0.contains(".db") }
        return try names.reduce(Data()) { try $0 + Data(contentsOf: data.appendingPathComponent($1)) }
    }
}
