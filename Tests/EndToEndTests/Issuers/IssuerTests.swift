import Foundation
import Testing

/// Tokens of another issuer, by the real binary.
@Suite(.timeLimit(.minutes(5))) struct IssuerTests {
    /// A file's section that trusts an issuer whose keys are in `keys.json`.
    static let section = section(jwks: "keys.json")

    private static func section(jwks: String, groups: String = "{Staff: staff}") -> String {
        """
        access:
          issuers:
            - issuer: https://idp.example.com
              audience: [reports, gateway]
              jwks: \(jwks)
              prefix: "idp:"
              claims: {username: preferred_username}
              groups: \(groups)

        """
    }

    private let folder: TestFolder
    private let minted: Minted

    init() throws {
        folder = try TestFolder()
        minted = try Minted.read()
        try folder.write("keys.json", minted.jwks.text)
    }

    @Test func `it opens /auth/verify with a prefix and mapped groups, and never the REST API`() async throws {
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.section)
        for token in minted.tokens(symmetric: false) {
            let answer = try await gateway.get("/auth/verify", token: token)
            #expect(answer.status == 200)
            let names = ["remote-user", "remote-subject", "remote-email", "remote-name", "remote-groups"]
            #expect(names.map { answer[$0] } == ["idp:jane", "idp:u-1", "", "idp:jane", "staff"])
        }
        let token = try #require(minted.tokens["RS256"])
        for (method, path) in [
            ("GET", "/auth/me"), ("GET", "/auth/sessions"), ("POST", "/auth/logout"), ("DELETE", "/auth/me"),
        ] {
            #expect(try await gateway.send(method, path, token: token).status == 401, "\(method) \(path)")
        }
        #expect(try await gateway.verify(try #require(minted.tokens["HS256"])) == 401)
        #expect(try await gateway.verify(token + "A") == 401)
        let own = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        #expect(try await gateway.verify(own) == 200)
        let checked = try await gateway.run(
            ["token", "check", "--config", "config.yaml"], input: [own, token, "x"].joined(separator: "\n"))
        #expect(checked.status == 1)
        #expect(
            checked.output.components(separatedBy: "\n").map { $0.prefix(7) } == ["valid {", "valid {", "invalid"])
        #expect(checked.output.contains(#""iss":"https://idp.example.com""#))
        let page = try await Metrics.of(gateway)
        #expect(page.text.contains(#"auth_gateway_issuer_keys_age_seconds{issuer="https://idp.example.com"}"#))
        await gateway.end()
    }

    @Test func `a reload takes other keys at once, and refuses unfit ones by their position`() async throws {
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.section)
        let (kept, gone) = (try #require(minted.tokens["ES256"]), try #require(minted.tokens["EdDSA"]))
        for token in [kept, gone] { #expect(try await gateway.verify(token) == 200) }

        let unfit = Minted.Keys(keys: minted.jwks.keys + [["kty": "oct", "alg": "HS256", "k": "Y2FuYXJ5"]])
        try folder.write("keys.json", unfit.text)
        try await gateway.reload(saying: "access.issuers[0].jwks: keys[10]: a secret of 6 bytes, 32 are the least")
        #expect(!gateway.process.transcript.contains("Y2FuYXJ5"))
        let check = try await gateway.run(["check", "--config", "config.yaml"])
        #expect(check == (78, "access.issuers[0].jwks: keys[10]: a secret of 6 bytes, 32 are the least"))
        for token in [kept, gone] { #expect(try await gateway.verify(token) == 200) }

        try folder.write("keys.json", Minted.Keys(keys: minted.jwks.keys.filter { $0["kid"] != "EdDSA" }).text)
        try await gateway.reload(saying: "the file was reloaded")
        #expect(try await gateway.verify(kept) == 200)
        #expect(try await gateway.verify(gone) == 401)

        try gateway.write(extra: Self.section(jwks: "keys.json", groups: "{Other: others}"))
        try await gateway.reload(saying: "the file was reloaded", times: 2)
        #expect(try await gateway.get("/auth/verify", token: kept)["remote-groups"] == "others")
        try gateway.write(extra: "")
        try await gateway.reload(saying: "the file was reloaded", times: 3)
        #expect(try await gateway.verify(kept) == 401)
        await gateway.end()
    }

    @Test func `a start with an unfit key set is refused, with the key's position`() async throws {
        try folder.write("keys.json", Minted.Keys(keys: [["kty": "RSA", "n": "AQ", "e": "AQAB", "alg": "RS256"]]).text)
        try folder.write("config.yaml", GatewayProcess.file(server: "log: {level: info}", extra: Self.section))
        let served = try await GatewayProcess.run(["serve", "--config", "config.yaml"], in: folder)
        #expect(served.status == 78)
        #expect(served.output.contains("access.issuers[0].jwks: keys[0]: RSA of 1 bits, 2048 are the least"))
        try FileManager.default.removeItem(atPath: folder.path("keys.json"))
        let checked = try await GatewayProcess.run(["check", "--config", "config.yaml"], in: folder)
        #expect(checked.status == 78)
        #expect(checked.output.hasSuffix("keys.json cannot be read: no such file"))
    }

    @Test func `secrets in a file check tokens, and one that others can read is warned about`() async throws {
        try folder.write("keys.json", minted.secrets.text)
        let section = Self.section.replacingOccurrences(
            of: "prefix:", with: "algorithms: [HS256, HS384, HS512]\n      prefix:")
        try folder.write("config.yaml", GatewayProcess.file(server: "log: {level: info}", extra: section))
        let check = ["check", "--config", "config.yaml"]
        let readable = try await GatewayProcess.run(check, in: folder)
        #expect(readable.status == 0)
        #expect(readable.output.contains("a secret that signs tokens can be read by others"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path("keys.json"))
        #expect(try await GatewayProcess.run(check, in: folder) == (0, "config.yaml: fine"))

        let gateway = try await GatewayProcess.start(in: folder, extra: section)
        for token in minted.tokens(symmetric: true) { #expect(try await gateway.verify(token) == 200) }
        for token in minted.tokens(symmetric: false) { #expect(try await gateway.verify(token) == 401) }
        await gateway.end()
    }

    @Test func `as long as keys were never fetched their tokens are answered 503, and others as ever`() async throws {
        // A port that nobody listens on.
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.section(jwks: "https://127.0.0.1:1/keys"))
        let own = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let token = try #require(minted.tokens["ES256"])
        #expect(try await gateway.verify(token) == 503)
        #expect(try await gateway.verify(own) == 200)
        #expect(try await gateway.verify("x") == 401)
        _ = try await gateway.process.line(containing: "the keys of another issuer cannot be read")
        let checked = try await gateway.run(["token", "check", "--config", "config.yaml"], input: token)
        #expect(checked.status == 1)
        #expect(checked.output.hasSuffix("invalid nobody can tell now: keys or revocations cannot be read"))
        await gateway.end()
    }
}
