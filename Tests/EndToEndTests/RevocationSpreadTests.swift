import Foundation
import Testing

/// Two gateways on one store: what ends on the one has ended on the other.
@Suite(.timeLimit(.minutes(5))) struct RevocationSpreadTests {
    @Test func `what ends at one gateway ends at the other within a second, known there or not`() async throws {
        let folder = try TestFolder()
        let first = try await GatewayProcess.start(in: folder, extra: GatewayProcess.quick)
        let second = try await GatewayProcess.start(in: folder, extra: GatewayProcess.quick)
        _ = try await TourTests.registerAndLogIn(at: first)
        for (path, body, isKnown) in [
            ("/auth/logout", "{}", true), ("/auth/logout", "{}", false),
            ("/auth/logout", #"{"everywhere":true}"#, true),
        ] {
            let token = try await first.logIn("johndoe", "correct horse battery").text("access_token")
            if isKnown { #expect(try await second.verify(token) == 200) }
            #expect(try await first.send("POST", path, json: body, token: token).status == 204)
            #expect(try await first.verify(token) == 401, "the one that did it refuses at once")
            try await GatewayProcess.expectWithinASecond { try await second.verify(token) == 401 }
        }
        await first.end()
        await second.end()
    }

    @Test func `a restart forgets no revocation, nor does a flood of other tokens`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: GatewayProcess.quick)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        #expect(try await gateway.verify(token) == 200)
        #expect(try await gateway.send("POST", "/auth/logout", json: "{}", token: token).status == 204)
        for number in 0..<200 { #expect(try await gateway.verify("junk\(number)") == 401) }
        #expect(try await gateway.verify(token) == 401)
        await gateway.end()
        let again = try await GatewayProcess.start(in: folder, extra: GatewayProcess.quick)
        #expect(try await again.verify(token) == 401)
        await again.end()
    }
}
