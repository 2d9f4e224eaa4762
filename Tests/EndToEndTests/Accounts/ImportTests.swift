import Foundation
import Testing

/// Accounts that move from one system to another, by the real binary.
@Suite(.timeLimit(.minutes(5)))
struct ImportTests {
    /// `correct horse battery staple`, by passlib.
    private static let bcrypt = "$2b$04$gL5rpo04Sh7GBq8OiaW.XOUv2N3dm.EkTNIkQWLCd3mDHiHa4/Gum"
    /// `password`, of the reference implementation's tests.
    private static let argon2id =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

    @Test func `accounts are imported beside a running server, log in at once, and have another hash then`()
        async throws
    {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        try gateway.folder.write(
            "users.jsonl",
            """
            {"id":"old-1","username":"johndoe","email":"john@example.com","password_hash":"\(Self.bcrypt)"}
            {"username":"jane","email":"jane@example.com","groups":["staff"],"password_hash":"\(Self.argon2id)"}

            {"username":"closed","email":"c@example.com","disabled":true,"password_hash":"\(Self.argon2id)"}
            """)
        let rehearsed = try await importing(gateway.folder, "users.jsonl", "--dry-run")
        #expect(rehearsed == (0, "3 would be imported, 0 already there, 0 refused"))
        #expect(try await gateway.logIn("johndoe", "correct horse battery staple").status == 401)
        let imported = try await importing(gateway.folder, "users.jsonl")
        #expect(imported == (0, "3 imported, 0 already there, 0 refused"))
        #expect(try await importing(gateway.folder, "users.jsonl") == (0, "0 imported, 3 already there, 0 refused"))

        #expect(try await gateway.logIn("johndoe", "correct horse battery").status == 401)
        #expect(try await gateway.logIn("closed", "password").status == 401)
        let login = try await gateway.logIn("johndoe", "correct horse battery staple")
        #expect(login.status == 200)
        let token = try login.text("access_token")
        #expect(try await gateway.get("/auth/verify", token: token)["remote-subject"] == "old-1")
        #expect(try await gateway.logIn("jane", "password").status == 200)
        let exported = try await gateway.run(["users", "export", "--with-hashes", "--config", "config.yaml"])
        for line in try lines(of: exported.output) {
            let (name, hash) = (line["username"] as? String, line["password_hash"] as? String)
            let isReplaced = hash?.hasPrefix("$argon2id$v=19$m=7168,t=1,p=1$") == true
            #expect(name == "closed" ? hash == Self.argon2id : isReplaced, "\(name ?? "nobody")")
        }
        #expect(try await gateway.logIn("johndoe", "correct horse battery staple").status == 200)
        await gateway.end()
    }

    @Test func `people of other systems log in with the passwords that they had there, and have another hash then`()
        async throws
    {
        // Firebase's scrypt takes long on threads that are nice, beside other tests.
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), server: "limits: {request_timeout: 2m}", extra: "pipeline: []")
        let input = Self.ofOtherSystems.map { name, _, hash in
            #"{"username":"\#(name)","email":"\#(name)@example.com","password_hash":\#(hash)}"#
        }.joined(separator: "\n")
        for summary in ["7 imported, 0 already there, 0 refused", "0 imported, 7 already there, 0 refused"] {
            let run = try await gateway.run(["users", "import", "-", "--config", "config.yaml"], input: input)
            #expect(run == (0, summary))
        }
        for (name, password, _) in Self.ofOtherSystems {
            #expect(try await gateway.logIn(name, password + "x").status == 401)
            #expect(try await gateway.logIn(name, password).status == 200, "\(name)")
            #expect(try await gateway.logIn(name, password).status == 200, "\(name)")
        }
        let exported = try await gateway.run(["users", "export", "--with-hashes", "--config", "config.yaml"])
        for line in try lines(of: exported.output) {
            #expect((line["password_hash"] as? String)?.hasPrefix("$argon2id$v=19$m=7168,t=1,p=1$") == true)
        }
        await gateway.end()
    }

    /// Names, passwords and hashes, of the same sources as the vectors of `ForeignHashTests`.
    private static let ofOtherSystems = [
        ("django", "secret", #""argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q""#),
        ("ldap", "fargle", #""{SSHA}FM6N1jTf/0PflNiYX1GDVd0V3b/acp0w""#),
        (
            "crypt", "Hello world!",
            #""$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1""#
        ),
        ("yescrypt", "hello", #""$y$j9T$p6OI0WN7.rSfZBOijjRdR.$xUOA2MTcB48ac.9Oc5fz8cxwLv1mMqabnn333iOzSA6""#),
        (
            "django6", "abc123abc123abc123abc123abc123abc123abc123abc123abc123abc123abc123abc123qwr",
            #""bcrypt_sha256$$2a$06$Tg/oYyZTyAf.Nb3qSgN61Ocy0BEz1RK6xslSNi8PlaLX2pe7x/KQG""#
        ),
        (
            "firebase", "user1password",
            #"{"algorithm":"SCRYPT","rounds":8,"mem_cost":14,"base64_salt_separator":"Bw==","base64_signer_key":"#
                + #""jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==","#
                + #""salt":"42xEC+ixf3L2lw==","passwordHash":"#
                + #""lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="}"#
        ),
        (
            "keycloak", "correct horse",
            #"{"type":"password","secretData":"{\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"value\":\""#
                + #"qnA427fe69fAjkevcHZvnm7vp3MewnxKL4g2WLfI7U6teQVH1eR2L5DfcV0psPIfjGPtlZbkpnogYX+2TaSl6w==\"}","#
                + #""credentialData":"{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\"}"}"#
        ),
    ]

    @Test func `every line that the page shows is taken`() async throws {
        let blocks = try Project.text(of: "docs/users.md").split(separator: "```").filter { $0.hasPrefix("json\n") }
        let lines = blocks.map { $0.dropFirst("json\n".count) }.joined()
        let run = try await GatewayProcess.run(["users", "import", "-"], input: lines, in: TestFolder())
        #expect(run == (0, "9 imported, 0 already there, 0 refused"))
    }

    @Test func `what is exported with hashes makes the same gateway elsewhere, and without them holds no secret`()
        async throws
    {
        let (from, to) = (try TestFolder(), try TestFolder())
        try from.write(
            "users.jsonl",
            (1...1203).map { number in
                #"{"username":"user\#(number)","email":"u\#(number)@example.com","password_hash":"\#(Self.bcrypt)"}"#
            }.joined(separator: "\n"))
        #expect(try await importing(from, "users.jsonl") == (0, "1203 imported, 0 already there, 0 refused"))
        let exported = try await GatewayProcess.run(["users", "export", "--with-hashes"], in: from)
        #expect(exported.status == 0)
        let again = try await GatewayProcess.run(["users", "import", "-"], input: exported.output, in: to)
        #expect(again == (0, "1203 imported, 0 already there, 0 refused"))
        #expect(try await GatewayProcess.run(["users", "export", "--with-hashes"], in: to) == exported)
        let shown = try await GatewayProcess.run(["users", "export"], in: to)
        #expect(try lines(of: shown.output).count == 1203)
        #expect(!shown.output.contains("$2b$"))
        #expect(!shown.output.contains("password"))
    }

    @Test func `each bad line is reported by its number, stops nothing, and is told by the exit status`() async throws {
        let folder = try TestFolder()
        try folder.write(
            "users.jsonl",
            """
            {"username":"anna","email":"anna@example.com"}
            {"username":"x","email":"x@example.com","nmae":"X"}
            \(String(repeating: "x", count: 70_000))
            {"username":"bert","email":"anna@example.com"}
            {"username":"carl","email":"carl@example.com","password_hash":"$2b$31$\(String(repeating: "a", count: 53))"}
            {"username":"dora","email":"dora@example.com"
            {"username":"anna","email":"other@example.com"}
            {"username":"emil","email":"emil@example.com"}\r\n
            """)
        let report = """
            line 2: unknown key 'nmae'; username must have at least 3 characters
            line 3: is longer than 65536 bytes
            line 4: the address 'anna@example.com' belongs to another account
            line 5: password_hash \(Self.unsupported)
            line 6: no JSON: a comma or a closing bracket should stand here at byte 45
            line 7: the user name 'anna' belongs to another account, or did
            """
        let first = #"{"username":"first","email":"first@example.com"}"#
        #expect(try await GatewayProcess.run(["users", "import", "-"], input: first, in: folder).status == 0)
        for summary in ["2 would be imported, 0 already there, 6 refused", "2 imported, 0 already there, 6 refused"] {
            let isRehearsal = summary.contains("would")
            let run = try await importing(folder, "users.jsonl", isRehearsal ? "--dry-run" : nil)
            #expect(run.status == 1)
            // Standard output and standard error meet in one pipe.
            #expect(run.output == report + "\n" + summary)
        }
        let listed = try await GatewayProcess.run(["users", "list"], in: folder)
        #expect(
            listed.output
                == "anna  anna@example.com  enabled  -\nemil  emil@example.com  enabled  -\nfirst  first@example.com  enabled  -"
        )
    }

    @Test func `every one of very many bad lines is told, or the first as many as are asked for`() async throws {
        let folder = try TestFolder()
        let unknown = (1...30).map { #""zz\#($0)":0"# }.joined(separator: ",")
        try folder.write("users.jsonl", "{\(unknown)}\n" + String(repeating: "{}\n", count: 1500))
        let run = try await importing(folder, "users.jsonl")
        #expect(run.status == 1)
        let told = run.output.split(separator: "\n").map(String.init)
        #expect(told.first?.split(separator: ";").count == 32, "every problem of a line")
        let others = (2...1501).map { "line \($0): username is missing; email is missing" }
        let summary = "0 imported, 0 already there, 1501 refused"
        #expect(Array(told.dropFirst()) == others + [summary])
        for most in [0, 3] {
            let few = try await importing(folder, "users.jsonl", "--problems=\(most)")
            #expect(few.status == 1)
            let expected = told.prefix(most) + ["further lines are refused, and only counted", summary]
            #expect(few.output == expected.joined(separator: "\n"))
        }
        #expect(try await importing(folder, "users.jsonl", "--problems=-1").status == 2)
    }

    @Test func `an import that is killed goes on where it was, and in the end all are there, once`() async throws {
        let folder = try TestFolder()
        let count = 6000
        try folder.write(
            "users.jsonl",
            (1...count).map { number in
                #"{"username":"user\#(number)","email":"u\#(number)@example.com","password_hash":"\#(Self.bcrypt)"}"#
            }.joined(separator: "\n"))
        #expect(try await GatewayProcess.run(["migrate"], in: folder).status == 0)
        let arguments = ["users", "import", "users.jsonl"]
        var there = 0
        for _ in 1...3 {
            let process = try RunningProcess(GatewayProcess.binary, arguments, folder: folder.url)
            repeat {
                let before = there
                there = try await exportedCount(in: folder)
                if there > before || there == count { break }
            } while true
            _ = await process.end(SIGKILL)
        }
        let last = try await importing(folder, "users.jsonl")
        #expect(last.status == 0)
        let exported = try await GatewayProcess.run(["users", "export"], in: folder)
        let names = try lines(of: exported.output).compactMap { $0["username"] as? String }
        #expect(names.count == count)
        #expect(Set(names).count == count)
    }

    private static let unsupported =
        "is of a format that is not taken over, is damaged, or asks for more work than is allowed: docs/users.md lists "
        + "formats and bounds"

    private func exportedCount(in folder: TestFolder) async throws -> Int {
        try await GatewayProcess.run(["users", "export"], in: folder).output.split(separator: "\n").count
    }

    private func importing(
        _ folder: TestFolder, _ file: String, _ option: String? = nil
    ) async throws -> (status: Int32, output: String) {
        try await GatewayProcess.run(["users", "import", file] + (option.map { [$0] } ?? []), in: folder)
    }

    private func lines(of text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }
}
