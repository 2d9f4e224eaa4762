import GatewayHTTP
import GatewayKit
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite struct CrossOriginTests {
    private let stages = Stages(pipeline: [
        "security-headers", ["use": "cors", "origins": ["https://app.example.com", "http://localhost:3000"]],
    ])

    @Test func `a page of an allowed origin is told what it may send`() async throws {
        let answer = try await stages.answer(.options, "/auth/login", headers: Self.preflight("http://localhost:3000"))
        #expect(answer.status == .noContent)
        #expect(answer.headers[.accessControlAllowOrigin] == "http://localhost:3000")
        #expect(answer.headers[.accessControlAllowMethods] == "POST")
        #expect(answer.headers[.accessControlAllowHeaders] == "Authorization, Content-Type, If-Match, X-Request-ID")
        #expect(answer.headers[.accessControlMaxAge] == "600")
        #expect(answer.headers[values: .vary] == ["Origin"])
        #expect(answer.headers[.accessControlAllowCredentials] == nil)
    }

    @Test func `a page of an allowed origin may read its answers, refusals too`() async throws {
        let headers: HTTPFields = [.origin: "https://app.example.com", .contentType: "text/plain"]
        let answer = try await stages.answer(.post, "/auth/login", headers: headers, body: "x")
        #expect(answer.status == .unsupportedMediaType)
        #expect(answer.headers[.accessControlAllowOrigin] == "https://app.example.com")
        #expect(answer.headers[.accessControlExposeHeaders] == "ETag, Retry-After, WWW-Authenticate, X-Request-ID")
        #expect(answer.headers[.crossOriginResourcePolicy] == "cross-origin")
        #expect(answer.headers[values: .vary] == ["Origin"])
    }

    @Test(arguments: [
        "https://app.example.com.evil.example", "http://app.example.com", "https://app.example.com:8443", "null", "*",
        "https://APP.example.com",
    ]) func `a page of any other origin is told nothing`(origin: String) async throws {
        let preflight = try await stages.answer(.options, "/auth/login", headers: Self.preflight(origin))
        #expect(preflight.status == .methodNotAllowed)
        let answer = try await stages.answer(.get, "/links/a", headers: [.origin: origin])
        for answer in [preflight, answer] {
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
            #expect(answer.headers[.crossOriginResourcePolicy] == "same-origin")
            #expect(answer.headers[values: .vary] == ["Origin"])
        }
    }

    /// A proxy that relays a page's preflight would let it pass by any answer but a refusal.
    @Test func `a route of any method gets its preflights itself`() async throws {
        let answer = try await stages.answer(
            .options, "/auth/verify", headers: Self.preflight("https://app.example.com"))
        #expect(answer.status == .ok)
        #expect(answer.headers[.accessControlAllowMethods] == nil)
    }

    @Test func `a path that is none, a method without a preflight's header and two origins are no preflight`()
        async throws
    {
        let origin = "https://app.example.com"
        #expect(try await stages.answer(.options, "/nothing", headers: Self.preflight(origin)).status == .notFound)
        let bare = try await stages.answer(.options, "/auth/login", headers: [.origin: origin])
        #expect(bare.status == .methodNotAllowed)
        var two = Self.preflight(origin)
        two.append(HTTPField(name: .origin, value: origin))
        #expect(try await stages.answer(.options, "/auth/login", headers: two).status == .methodNotAllowed)
    }

    private static func preflight(_ origin: String) -> HTTPFields {
        [.origin: origin, .accessControlRequestMethod: "POST", .accessControlRequestHeaders: "authorization"]
    }
}
