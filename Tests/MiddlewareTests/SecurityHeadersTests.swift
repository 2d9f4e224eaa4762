import GatewayHTTP
import GatewayKit
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite struct SecurityHeadersTests {
    @Test(arguments: ["/auth/verify", "/nothing"])
    func `each answer makes browsers careful, refusals too`(path: String) async throws {
        let headers = try await Stages(pipeline: ["security-headers"]).answer(.get, path).headers
        #expect(headers[.xContentTypeOptions] == "nosniff")
        #expect(headers[HTTPField.Name(constant: "X-Frame-Options")] == "DENY")
        #expect(headers[HTTPField.Name(constant: "Referrer-Policy")] == "no-referrer")
        #expect(headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
        #expect(headers[.crossOriginResourcePolicy] == "same-origin")
        #expect(headers[.cacheControl] == "no-store")
        #expect(headers[.strictTransportSecurity] == "max-age=31536000")
    }

    @Test func `what the endpoint has set stays`() async throws {
        let headers = try await Stages(pipeline: ["security-headers"]).answer(.get, "/links/a").headers
        #expect(headers[values: .cacheControl] == ["max-age=60"])
    }

    @Test func `https is promised only where the public URL has it`() async throws {
        let local = Stages(pipeline: ["security-headers"], publicURL: "http://localhost:8080")
        #expect(try await local.answer(.get, "/auth/verify").headers[.strictTransportSecurity] == nil)
        let forgotten = Stages(pipeline: [["use": "security-headers", "hsts_max_age": "0s"]])
        #expect(try await forgotten.answer(.get, "/auth/verify").headers[.strictTransportSecurity] == "max-age=0")
    }
}
