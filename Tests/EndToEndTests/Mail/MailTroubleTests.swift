import Foundation
import Testing

/// Mails of the real binary to a mail server that does wrong, and behaves in the end.
@Suite(.needs("openssl"), .timeLimit(.minutes(3))) struct MailTroubleTests {
    @Test(arguments: MailTrouble.all)
    func `a mail waits while its server does wrong, and arrives once when that behaves`(
        trouble: MailTrouble
    ) async throws {
        let server = try await FaultyMailServer.start(trouble.manners)
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), extra: server.section(timeout: trouble.isStall ? "5s" : "45s") + GatewayProcess.quick,
            environment: environment)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        var listed = [""]
        while !listed[0].contains("  last failure: \(trouble.failure)"), listed != ["no mail waits"] {
            listed = try await list(gateway)
            #expect(try await gateway.verify(token) == 200)
        }
        #expect(listed.count == 1 && listed[0].contains("  to john@example.com  \"Welcome\"  "), "\(listed)")
        #expect(gateway.process.transcript.contains(trouble.failure))
        let id = String(listed[0].prefix { $0 != " " })
        let page = try await Metrics.of(gateway)
        #expect(page.value(#"auth_gateway_mail_deliveries_total{outcome="delivered"}"#) == 0)
        #expect(try #require(page.value(#"auth_gateway_mail_deliveries_total{outcome="put_off"}"#)) >= 1)
        #expect(page.value(#"auth_gateway_outbox_mails{state="waiting"}"#) == 1)
        let connections = server.connections
        #expect(connections.contains(trouble.heard), "\(connections)")
        // A busy machine may have taken the time that a stall leaves, and so have ended one before its worst.
        #expect(connections.allSatisfy { trouble.heard.starts(with: $0) }, "\(connections)")
        #expect(server.ids.isEmpty)

        try server.behave()
        // Else it comes when its pause is over; one that is just being tried is not told to be.
        _ = try await run(["retry", id], beside: gateway)
        try await server.taken()
        #expect(try await gateway.verify(token) == 200)
        #expect(await gateway.process.end() == 0)
        #expect(try await list(gateway) == ["no mail waits"])
        await server.end()
        #expect(server.ids.count == 1, "it arrives once")
        let clear = Set(server.connections.joined().filter { $0.hasPrefix("clear ") })
        #expect(clear.isSubset(of: ["clear <open>", "clear EHLO", "clear STARTTLS"]), "\(clear)")
        let credentials = Data("\0gateway\0\(FaultyMailServer.password)".utf8).base64EncodedString()
        for secret in [FaultyMailServer.password, credentials, "john@example.com", "correct horse battery"] {
            #expect(!gateway.process.transcript.contains(secret), "\(secret)")
        }
    }

    private let environment = ["SMTP_PASSWORD": FaultyMailServer.password]

    private func list(_ gateway: GatewayProcess) async throws -> [String] {
        let listed = try await run(["list"], beside: gateway)
        try #require(listed.status == 0, "\(listed.output)")
        return listed.output.split(separator: "\n").map(String.init)
    }

    private func run(
        _ words: [String], beside gateway: GatewayProcess
    ) async throws -> (status: Int32, output: String) {
        try await GatewayProcess.run(
            ["mail"] + words + ["--config", "config.yaml"], in: gateway.folder, environment: environment)
    }
}
