import Foundation
import Testing

/// Canaries: what is secret stands in no log, no printed configuration and, in clear, not in the store.
@Suite(.timeLimit(.minutes(5)))
struct SecrecyTests {
    @Test func `secrets stand in no log, refusal, metric or argument, however much is logged, nor in the store`()
        async throws
    {
        let folder = try TestFolder()
        let ownKey = Data((0..<32).map { UInt8($0) }).base64EncodedString().replacingOccurrences(of: "=", with: "")
        try folder.write("own.key", "own:\(ownKey)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path("own.key"))
        let gateway = try await GatewayProcess.start(
            in: folder, server: "secret_file: own.key\n  log: {level: trace}",
            extra: "tokens: {use: jwt, audience: [auth-gateway, \"${env:CANARY}\"]}\n",
            environment: ["CANARY": "canary-of-a-variable"])
        var refusals: [HTTPAnswer] = []
        var canaries = ["canary horse battery", "canary staple battery", "canary wrong battery", "canary.as.a.name"]
        let registration = #"{"username":"johndoe","email":"john@example.com","password":"\#(canaries[0])"}"#
        #expect(try await gateway.send("POST", "/auth/register", json: registration).status == 201)
        let login = try await gateway.logIn("johndoe", canaries[0])
        let refreshed = try await TourTests.refresh(login.text("refresh_token"), at: gateway)
        for answer in [login, refreshed] {
            canaries += [try answer.text("access_token"), try answer.text("refresh_token")]
        }
        let token = try refreshed.text("access_token")
        refusals.append(try await gateway.logIn("johndoe", canaries[2]))
        refusals.append(try await gateway.logIn(canaries[3], canaries[2]))
        #expect(try await gateway.verify(token) == 200)
        refusals.append(try await gateway.get("/auth/verify", token: token + "x"))
        #expect(try await gateway.get("/auth/me?access_token=canary-query", token: token).status == 200)
        refusals.append(try await gateway.get("/canary-path", [("Cookie", "canary-cookie=1")]))
        refusals.append(try await gateway.send("POST", "/auth/login", json: #"{"canary-field": "#))
        refusals.append(
            try await gateway.send(
                "POST", "/auth/register", json: registration.replacingOccurrences(of: "johndoe", with: "johnny")))
        refusals.append(
            try await gateway.send(
                "POST", "/auth/register", json: #"{"username":"canary name","email":"canary","password":"canary7"}"#))
        #expect(
            try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"john@example.com"}"#).status
                == 202)
        let link = try await Mailbox(folder: folder).resetLink()
        #expect(try await gateway.get(link).status == 200)
        let reset = canaries[1].replacingOccurrences(of: " ", with: "+")
        #expect(try await gateway.send("POST", link, form: "new_password=\(reset)").status == 200)
        #expect(try await TourTests.refresh(refreshed.text("refresh_token"), at: gateway).status == 401)
        refusals.append(try await gateway.send("POST", link, form: "new_password=\(reset)"))
        #expect(refusals.map(\.status) == [401, 401, 401, 404, 400, 409, 422, 400])
        canaries += [String(link.suffix(43)), "canary", "$argon2id$", ownKey]
        let metrics = try await HTTPExchange(path: "/metrics").send(to: gateway.operationsPort).body
        let arguments = try Data(contentsOf: URL(filePath: "/proc/\(gateway.process.pid)/cmdline"))
        // Also before the end tidies up.
        let midst = try store(in: folder)
        await gateway.end()

        let shown =
            refusals.map { "\($0.headers)\n\($0.body)" } + [metrics, String(decoding: arguments, as: UTF8.self)]
        for text in shown { for canary in canaries { #expect(!text.contains(canary), "\(canary) in \(text)") } }
        let log = gateway.process.transcript
        // Services are named, and not taken apart.
        #expect(log.contains(#"[\"LogTruncation\", \"HashingPool\", \"RevocationLog\", \"Generations\", "#))
        #expect(log.contains("ready to serve") && log.contains("route=/auth/reset-password/{token}"))
        for canary in canaries { #expect(!log.contains(canary), "\(canary)") }
        for store in [midst, try store(in: folder)] {
            #expect(store.range(of: Data("john@example.com".utf8)) != nil)
            for canary in canaries where canary != "$argon2id$" {
                #expect(store.range(of: Data(canary.utf8)) == nil, "\(canary)")
            }
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
    func store(in folder: TestFolder) throws -> Data {
        let data = folder.url.appendingPathComponent("data")
        let names = try FileManager.default.contentsOfDirectory(atPath: data.path).filter { $0.contains(".db") }
        return try names.reduce(Data()) { try $0 + Data(contentsOf: data.appendingPathComponent($1)) }
    }
}
