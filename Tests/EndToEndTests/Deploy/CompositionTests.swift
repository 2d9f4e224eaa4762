import Foundation
import GatewayTestServers
import Testing

/// deploy/compose.yaml at work, by https, but for the containers around its parts.
@Suite(.needsPostgres, .needs("nginx"), .needs("openssl"), .needs("curl"), .timeLimit(.minutes(5)))
struct CompositionTests {
    @Test func `the application is told who has logged in, until they log out at one of the gateways`() async throws {
        let composition = try await Composition.start()
        let token = try await composition.registerAndLogIn()
        #expect(try await composition.get("/").status == 401)
        let claims = [("Remote-User", "root"), ("Remote-Groups", "admins")]
        #expect(try await composition.get("/", claims).status == 401)
        for _ in 1...4 {
            let page = try await composition.get("/", token: token, claims)
            #expect(page.status == 200)
            #expect(page.body == "You are johndoe, of the groups ''.\n")
        }
        #expect(try await composition.get("/auth/me", token: token).text("username") == "johndoe")

        for gateway in composition.gateways { #expect(try await gateway.verify(token) == 200) }
        #expect(try await composition.gateways[0].send("POST", "/auth/logout", token: token).status == 204)
        try await composition.gateways[1].waitUntilRefused(token)
        for _ in 1...4 { #expect(try await composition.get("/", token: token).status == 401) }
        await composition.end()
    }

    @Test func `everything goes on when one gateway does not`() async throws {
        let composition = try await Composition.start()
        let token = try await composition.registerAndLogIn()
        // Both count in one place.
        #expect(try await composition.database.sql("SELECT count(*) > 0 FROM rate_limits", in: "gateway") == "t")
        #expect(await composition.gateways[0].process.end() == 0)
        for _ in 1...10 { #expect(try await composition.get("/", token: token).status == 200) }
        await composition.end()
    }

    @Test func `people are held to https, by the certificate that was made and under its name`()
        async throws
    {
        let composition = try await Composition.start()
        let door = composition.door
        let me = try await composition.get("/auth/me")
        #expect(me.status == 401)
        #expect(me["strict-transport-security"] == "max-age=31536000")
        #expect(try await door.curl([]).status == Self.untrusted)
        #expect(try await door.curl(door.trust, host: "other.example.com").status == Self.untrusted)
        let other = HTTPExchange(headers: [("Host", "other.example.com")])
        #expect(try await door.send(other).status == 404)
        let plain = try await HTTPExchange(path: "/auth/me").send(to: .port(door.port), host: CompositionDoor.host)
        #expect(plain.status == 400)
        #expect(plain.body.contains("The plain HTTP request was sent to HTTPS port"))
        await composition.end()
    }

    /// How curl ends that has met a certificate which is not one of the server's name, by somebody whom it trusts.
    private static let untrusted: Int32 = 60
}
