import GatewayAccess
import GatewayKit
import GatewayTestKit
import Logging
import Testing

@testable import Gateway

@Suite struct TrustedIssuersTests {
    private let time = ManualTime()

    @Test func `what was fetched goes on when the file is read again, and another place begins anew`() async throws {
        let first = try await made(of: "https://idp.example.com/jwks.json")
        time.advance(by: .seconds(10))
        let again = try await made(of: "https://idp.example.com/jwks.json", after: first)
        #expect(again.issuers.keyAges.map(\.age) == [.seconds(10)])
        let elsewhere = try await made(of: "https://idp.example.com/other.json", after: again)
        #expect(elsewhere.issuers.keyAges.map(\.age) == [.zero])
    }

    @Test func `where there is no issuer nothing is read`() async throws {
        let deployment = try deployment(of: "")
        let trusted = try await TrustedIssuers.made(of: [], in: deployment, logger: Logger(label: "test"))
        #expect(trusted.updates == nil)
        #expect(trusted.issuers.keyAges.isEmpty)
    }

    private func made(of url: String, after former: TrustedIssuers = .none) async throws -> TrustedIssuers {
        let deployment = try deployment(
            of: "access: {issuers: [{issuer: https://idp.example.com, audience: a, jwks: '\(url)', prefix: 'i:'}]}")
        return try await TrustedIssuers.made(
            of: deployment.settings.access.issuers, in: deployment, after: former, logger: Logger(label: "test"))
    }

    private func deployment(of text: String) throws -> Deployment {
        var host = Project.host
        host.time = time
        let file = ConfigurationFile(name: "config.yaml", path: "/nowhere/config.yaml", bytes: Array(text.utf8))
        let outcome = Decoding.decode(file, host: host)
        return Deployment(
            settings: try #require(outcome.settings), file: file, node: outcome.node, host: host,
            warnings: outcome.problems)
    }
}
