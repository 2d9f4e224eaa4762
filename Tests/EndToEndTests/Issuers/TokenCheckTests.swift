import Foundation
import Testing

/// `token check`, by the real binary.
@Suite(.timeLimit(.minutes(5))) struct TokenCheckTests {
    private static let options = [
        "token", "check", "--jwks", "keys.json", "--issuer", "https://idp.example.com", "--audience", "gateway",
    ]

    @Test(arguments: [false, true])
    func `what another program has signed is valid by each algorithm`(symmetric: Bool) async throws {
        let minted = try Minted.read()
        let folder = try TestFolder()
        try folder.write("keys.json", symmetric ? minted.secrets.text : minted.jwks.text)
        let tokens = minted.tokens(symmetric: symmetric)
        let checked = try await GatewayProcess.run(
            Self.options, input: tokens.joined(separator: "\n") + "\n", in: folder)
        #expect(checked.status == 0, "\(checked.output)")
        let lines = checked.output.components(separatedBy: "\n")
        #expect(lines.count == tokens.count && lines.count == (symmetric ? 3 : 10))
        for line in lines {
            #expect(line.hasPrefix(#"valid {"iss":"https://idp.example.com","aud":"gateway","sub":"u-1","#), "\(line)")
        }
        let others = minted.tokens(symmetric: !symmetric).joined(separator: "\r\n")
        let refused = try await GatewayProcess.run(Self.options, input: others, in: folder)
        #expect(refused.status == 1)
        #expect(Set(refused.output.components(separatedBy: "\n")) == ["invalid unknown key"])
    }

    @Test func `each line is answered in its place, and one that is not valid makes the status 1`() async throws {
        let minted = try Minted.read()
        let folder = try TestFolder()
        try folder.write("keys.json", minted.jwks.text)
        let token = try #require(minted.tokens["ES256"])
        let lines = [token, "", token + "=", "a b", String(repeating: "a", count: 8193), token, "\u{0}é", token + "."]
        let checked = try await GatewayProcess.run(Self.options, input: lines.joined(separator: "\n"), in: folder)
        #expect(checked.status == 1)
        let outcomes = checked.output.components(separatedBy: "\n").map { $0.hasPrefix("valid {") ? "valid" : $0 }
        #expect(
            outcomes == [
                "valid", "invalid not of three parts", "invalid not canonical base64url", "invalid not of three parts",
                "invalid longer than 8 KiB", "valid", "invalid not of three parts", "invalid not of three parts",
            ])
        let nothing = try await GatewayProcess.run(Self.options, in: folder)
        #expect(nothing == (0, ""))
    }

    @Test func `issuer and audience are compared to the byte`() async throws {
        let minted = try Minted.read()
        let folder = try TestFolder()
        try folder.write("keys.json", minted.jwks.text)
        for (option, value, reason) in [
            ("--issuer", "https://idp.example.com/", "wrong 'iss'"), ("--audience", "Gateway", "wrong 'aud'"),
        ] {
            var options = Self.options
            options[try #require(options.firstIndex(of: option)) + 1] = value
            let checked = try await GatewayProcess.run(
                options, input: try #require(minted.tokens["RS256"]), in: folder)
            #expect(checked == (1, "invalid \(reason)"))
        }
    }

    @Test(.needs("python3")) func `thousands of tokens keep their order, and memory does not grow with them`()
        async throws
    {
        let minted = try Minted.read()
        let folder = try TestFolder()
        try folder.write("keys.json", minted.jwks.text)
        let token = try #require(minted.tokens["EdDSA"])
        // More than 64 MiB, most of it in one line.
        let lines = (0..<3000).map { $0 % 3 == 1 ? token : "\($0)" } + [String(repeating: "x", count: 67_000_000)]
        try folder.write("input", lines.joined(separator: "\n"))
        let script = """
            import resource, subprocess, sys
            ended = subprocess.run(sys.argv[1:], stdin=open("input", "rb"), stdout=open("output", "wb"))
            print(ended.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        let ran = try await RunningProcess.run(
            try #require(Program.path(of: "python3")), ["-c", script, GatewayProcess.binary] + Self.options,
            folder: folder.url)
        let numbers = ran.output.split(separator: " ").compactMap { Int($0) }
        #expect(numbers.first == 1, "\(ran.output)")
        // In KiB; the program alone takes some 40 MiB.
        #expect(try #require(numbers.last) < 64 * 1024)
        let output = try String(contentsOfFile: folder.path("output"), encoding: .utf8).components(separatedBy: "\n")
        #expect(output.count == 3002)
        let wrong = output.prefix(3000).enumerated().filter { number, line in
            !line.hasPrefix(number % 3 == 1 ? "valid {" : "invalid not of three parts")
        }
        #expect(wrong.isEmpty)
        #expect(output[3000] == "invalid longer than 8 KiB")
    }

    @Test func `a key set that is unfit, or not there, is no reason to judge anything`() async throws {
        let folder = try TestFolder()
        var minted = try Minted.read()
        minted = Minted(
            jwks: Minted.Keys(keys: minted.jwks.keys + minted.secrets.keys), secrets: minted.secrets, tokens: [:])
        try folder.write("keys.json", minted.jwks.text)
        let unfit = try await GatewayProcess.run(Self.options, input: "x", in: folder)
        #expect(unfit.status == 78)
        #expect(unfit.output.hasPrefix("--jwks: keys[10]: symmetric beside asymmetric keys; keys[11]: "))
        try FileManager.default.removeItem(atPath: folder.path("keys.json"))
        let missing = try await GatewayProcess.run(Self.options, input: "x", in: folder)
        #expect(missing == (78, "--jwks: keys.json cannot be read: no such file"))
    }

    @Test func `some of the options are wrong usage`() async throws {
        let folder = try TestFolder()
        for options in [["--jwks", "keys.json"], ["--issuer", "x", "--audience", "y"]] {
            let checked = try await GatewayProcess.run(["token", "check"] + options, in: folder)
            #expect(checked.status == 2)
            #expect(checked.output.contains("--jwks, --issuer and --audience are given together"))
        }
        let both = try await GatewayProcess.run(Self.options + ["--config", "config.yaml"], in: folder)
        #expect(both.status == 2)
    }

    @Test func `without options the gateway's own tokens are judged as its own door would`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let login = try await TourTests.registerAndLogIn(at: gateway)
        let token = try login.text("access_token")
        let check = ["token", "check", "--config", "config.yaml"]
        let valid = try await gateway.run(check, input: token + "\n" + token + "x\n")
        #expect(valid.status == 1)
        let lines = valid.output.components(separatedBy: "\n")
        #expect(lines[0].hasPrefix(#"valid {"iss":"http://localhost:8080","aud":"auth-gateway","sub":""#))
        #expect(lines[1] == "invalid wrong signature" || lines[1] == "invalid not canonical base64url")
        #expect(try await gateway.send("POST", "/auth/logout", token: token).status == 204)
        #expect(try await gateway.run(check, input: token) == (1, "invalid revoked"))
        await gateway.end()
    }

    @Test func `where there is no deployment none is begun`() async throws {
        let folder = try TestFolder()
        try folder.write("config.yaml", GatewayProcess.file(server: "log: {level: info}", extra: ""))
        let checked = try await GatewayProcess.run(
            ["token", "check", "--config", "config.yaml"], input: "x", in: folder)
        #expect(checked.status == 1)
        #expect(checked.output.contains("there is no store at"), "\(checked.output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["config.yaml"])
    }
}
