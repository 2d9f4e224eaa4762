import Foundation
import GatewayTestServers
import Testing

/// How soon gateways on one database know of what another has revoked. `make test` runs this by itself, for on a busy
/// machine times are those of the other work.
@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct RevocationLagTests {
    @Test func `gateways are told of a logout, and need not look for it`() async throws {
        try await withNodes(4) { nodes, _ in
            _ = try await TourTests.registerAndLogIn(at: nodes[0])
            var lags: [Duration] = []
            for _ in 0..<20 {
                let token = try await nodes[0].logIn("johndoe", "correct horse battery").text("access_token")
                for node in nodes { #expect(try await node.verify(token) == 200) }
                #expect(try await nodes[0].send("POST", "/auth/logout", json: "{}", token: token).status == 204)
                let ended = ContinuousClock.now
                for node in nodes[1...] { while try await node.verify(token) == 200 {} }
                lags.append(ContinuousClock.now - ended)
            }
            let shown = lags.sorted().map { $0.formatted(.units(allowed: [.milliseconds])) }
            print("revocations at the last of four gateways: median \(shown[10]), longest \(shown[19])")
            // Who only looks does so twice a second: half of them would take a quarter of one at the best of times.
            #expect(lags.sorted()[10] < .milliseconds(200))
        }
    }
}
