import Foundation
import GatewayTestServers
import Testing

/// Key sets that an issuer's server shows over https, by the real binary.
@Suite(.timeLimit(.minutes(5)), .needs("openssl"), .needs("python3")) struct FetchedKeySetTests {
    private let folder: TestFolder
    private let minted: Minted

    init() throws {
        folder = try TestFolder()
        minted = try Minted.read()
    }

    @Test func `keys are fetched from whom SSL_CERT_FILE vouches for, and a rotation is followed`() async throws {
        try show("ES256")
        let authority = try await KeySetAuthority.make("authority", in: folder)
        let server = try await authority.server()
        let gateway = try await gateway(with: server.url, trusting: authority)
        let (former, next) = (try #require(minted.tokens["ES256"]), try #require(minted.tokens["EdDSA"]))
        // The keys come in the background.
        try await Self.wait { try await ask(gateway, former).status == 200 }
        #expect(try await ask(gateway, former)["remote-user"] == "idp:jane")
        try show("EdDSA", "RS256")
        // The first sight of an unknown key has the set read again, half a minute after the last time at the earliest.
        #expect(try await ask(gateway, next).status == 401)
        #expect(try await ask(gateway, former).status == 200)
        try await Self.wait { try await ask(gateway, next).status == 200 }
        #expect(try await ask(gateway, former).status == 401, "its key is gone")
        #expect(try await readings(at: gateway, "read") == 2)
        await gateway.end()
        await server.end()
    }

    @Test func `while the server is away the last good keys count, with their age, and it is found again`() async throws
    {
        try show("ES256")
        let authority = try await KeySetAuthority.make("authority", in: folder)
        let server = try await authority.server(at: FreePort.next())
        let gateway = try await gateway(with: server.url, trusting: authority)
        let (token, unknown) = (try #require(minted.tokens["ES256"]), try #require(minted.tokens["EdDSA"]))
        try await Self.wait { try await ask(gateway, token).status == 200 }
        #expect(try await age(at: gateway) < 29)
        await server.end()
        #expect(try await ask(gateway, token).status == 200)
        #expect(try await ask(gateway, unknown).status == 401)
        let line = try await gateway.process.line(containing: "the last good ones are kept")
        #expect(line.contains("issuer=https://idp.example.com"), "\(line)")
        #expect(try await ask(gateway, token).status == 200)
        #expect(try await age(at: gateway) >= 29)
        #expect(try await readings(at: gateway, "unreachable") == 1)
        try show("EdDSA")
        let again = try await authority.server(at: server.port)
        _ = try await gateway.process.line(containing: "the keys of another issuer are readable again")
        #expect(try await ask(gateway, unknown).status == 200)
        #expect(try await age(at: gateway) < 29)
        await gateway.end()
        await again.end()
    }

    @Test(
        arguments: [
            ("another authority", "not good to those whom the system, or SSL_CERT_FILE, trusts"),
            ("another host", "for another host"),
            ("the system's authorities", "not good to those"), ("TLS 1.1", "speaks no TLS 1.2 or newer"),
        ])
    func `whoever is not vouched for, or speaks an old TLS, is not believed, and the log says why`(
        trouble: String, reason: String
    ) async throws {
        try show("ES256")
        let authority = try await KeySetAuthority.make("authority", in: folder)
        let server = try await authority.server(
            named: trouble == "another host" ? "127.0.0.2" : "127.0.0.1",
            upTo: trouble == "TLS 1.1" ? "TLSv1_1" : "TLSv1_3")
        let trusted: KeySetAuthority? =
            switch trouble {
            case "another authority": try await KeySetAuthority.make("other", in: folder)
            case "the system's authorities": nil
            default: authority
            }
        let gateway = try await gateway(with: server.url, trusting: trusted)
        try await Self.wait {
            let (good, bad) = (try await readings(at: gateway, "read"), try await readings(at: gateway, "unreachable"))
            return good == 1 || bad == 1
        }
        try #require(await readings(at: gateway, "unreachable") == 1)
        let line = try await gateway.process.line(
            containing: "the keys of another issuer cannot be read: its tokens are answered 503")
        #expect(line.contains(reason), "\(line)")
        #expect(try await ask(gateway, try #require(minted.tokens["ES256"])).status == 503)
        let own = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        #expect(try await ask(gateway, own).status == 200)
        await gateway.end()
        await server.end()
    }

    @Test func `TLS 1.2 is enough`() async throws {
        try show("ES256")
        let authority = try await KeySetAuthority.make("authority", in: folder)
        let server = try await authority.server(upTo: "TLSv1_2")
        let gateway = try await gateway(with: server.url, trusting: authority)
        let token = try #require(minted.tokens["ES256"])
        try await Self.wait { try await ask(gateway, token).status == 200 }
        await gateway.end()
        await server.end()
    }

    @Test func `an SSL_CERT_FILE that is none refuses the start, where there is something to fetch`() async throws {
        try show("ES256")
        try folder.write("none.pem", "nothing")
        for (file, reason) in [
            ("none.pem", "holds no certificates in PEM"), ("gone.pem", "cannot be read: no such file"),
        ] {
            let environment = ["SSL_CERT_FILE": folder.path(file)]
            try folder.write(
                "config.yaml", GatewayProcess.file(server: "", extra: Self.section("https://127.0.0.1:1/")))
            let check = ["check", "--config", "config.yaml"]
            let refused = try await GatewayProcess.run(check, in: folder, environment: environment)
            #expect(refused == (78, "SSL_CERT_FILE: \(folder.path(file)) \(reason)"))
            try folder.write("config.yaml", GatewayProcess.file(server: "", extra: Self.section("keys.json")))
            #expect(try await GatewayProcess.run(check, in: folder, environment: environment).status == 0)
        }
    }

    /// Puts the keys of these algorithms where a server shows them.
    private func show(_ names: String...) throws {
        let keys = minted.jwks.keys.filter { key in names.contains { $0 == key["kid"] } }
        #expect(keys.count == names.count)
        try folder.write("keys.json", try Minted.Keys(keys: keys).text)
    }

    private func gateway(with url: String, trusting authority: KeySetAuthority?) async throws -> GatewayProcess {
        try await GatewayProcess.start(
            in: folder, server: "log: {level: info}", extra: Self.section(url) + "pipeline: []\n",
            environment: authority.map { ["SSL_CERT_FILE": $0.file] } ?? [:])
    }

    private static func section(_ place: String) -> String {
        IssuerTests.section.replacing("jwks: keys.json", with: "jwks: \(place)")
    }

    /// Asks as nginx does.
    private func ask(_ gateway: GatewayProcess, _ token: String) async throws -> HTTPAnswer {
        try await gateway.get(
            "/auth/verify/nginx",
            [
                ("X-Original-URL", "https://a.test/"), ("X-Original-Method", "GET"),
                ("Authorization", "Bearer \(token)"),
            ])
    }

    private func age(at gateway: GatewayProcess) async throws -> Double {
        let series = #"auth_gateway_issuer_keys_age_seconds{issuer="https://idp.example.com"}"#
        return try #require(await Metrics.of(gateway).value(series))
    }

    private func readings(at gateway: GatewayProcess, _ outcome: String) async throws -> Double? {
        try await Metrics.of(gateway).value(#"auth_gateway_issuer_key_readings_total{outcome="\#(outcome)"}"#)
    }

    /// Tries until it is so; the suite's time limit bounds it.
    private static func wait(_ isSo: () async throws -> Bool) async throws {
        while try await !isSo() { try await Task.sleep(for: .milliseconds(100)) }
    }
}
