import GatewayAccess
import GatewayAccounts
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

/// Every endpoint behind its front door, on fakes.
@Suite struct EndpointTests {
    let gateway: InMemoryGateway

    init() throws { gateway = try InMemoryGateway() }

    @Test func `the routes that settings can name are those that are served`() {
        #expect(gateway.door.routes.declarations.map(\.name) == GatewayEndpoints.routes)
    }

    @Test(arguments: ["/auth/verify", "/auth/verify/nginx", "/auth/me"])
    func `while the revocation log is stale, a credential gets 503 and never 401`(path: String) async throws {
        let token = try await gateway.logIn()
        #expect(try await gateway.send(.get, path, token: token).status == .ok)
        gateway.time.advance(by: .seconds(31))
        let answer = try await gateway.send(.get, path, token: token)
        #expect(answer.status == .serviceUnavailable)
        #expect((answer.body.readableBytes == 0) == (path == "/auth/verify/nginx"))
        await gateway.revocations.catchUp()
        #expect(try await gateway.send(.get, path, token: token).status == .ok)
    }

    @Test func `a store that is out of reach gets 503, and verification of a known token goes on`() async throws {
        let token = try await gateway.logIn()
        gateway.storage.setFault(.unavailable)
        let me = try await gateway.send(.get, "/auth/me", token: token)
        #expect(me.status == .serviceUnavailable)
        #expect(String(buffer: me.body).contains("\"code\":\"unavailable\""))
        #expect(try await gateway.send(.get, "/auth/verify", token: token).status == .ok)
    }

    @Test func `a full hashing queue gets 503 with Retry-After`() async throws {
        gateway.hasher.setBusy(retryAfter: .seconds(3))
        let answer = try await gateway.send(
            .post, "/auth/login", json: #"{"username":"johndoe","password":"correct horse"}"#)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.headers[.retryAfter] == "3")
    }

    @Test(arguments: [HTTPRequest.Method.get, .head, .post, .put, .delete, .patch, .options])
    func `verification takes any method`(method: HTTPRequest.Method) async throws {
        let token = try await gateway.logIn()
        #expect(try await gateway.send(method, "/auth/verify/nginx", token: token).status == .ok)
        #expect(try await gateway.send(method, "/auth/verify/nginx").status == .unauthorized)
    }

    @Test func `nginx sees the statuses that it understands, without bodies, whoever refuses`() async throws {
        let limited = PipelineStage("limited", .decides, Refusing(problem: .tooManyRequests(retryAfter: .seconds(7))))
        let broken = PipelineStage("broken", .decides, Refusing(problem: .malformedRequest("It is broken.")))
        let faulty = PipelineStage("faulty", .decides, Refusing(problem: .internalError))
        for (stage, status) in [(limited, 503), (broken, 403), (faulty, 503)] {
            let answer = try await gateway.send(.get, "/auth/verify/nginx", through: [stage])
            #expect(answer.status.code == status)
            #expect(answer.body.readableBytes == 0)
            #expect(answer.headers[.retryAfter] == (stage.name == "limited" ? "7" : nil))
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.patch, "/auth/me"), (.delete, "/auth/me"), (.post, "/auth/change-password"),
    ]) func `whoever has no token is told so before the fields are looked at`(
        method: HTTPRequest.Method, path: String
    ) async throws {
        await gateway.revocations.catchUp()
        for body in ["{}", "{", nil] {
            let answer = try await gateway.send(method, path, json: body)
            #expect(answer.status == .unauthorized)
            #expect(try code(of: answer) == "invalid_token")
        }
    }

    @Test func `a logout says which credential was wrong`() async throws {
        let token = try await gateway.logIn()
        let refresh = #"{"refresh_token":"unknown"}"#
        #expect(try await code(of: gateway.send(.post, "/auth/logout", json: refresh)) == "invalid_refresh_token")
        #expect(try await code(of: gateway.send(.post, "/auth/logout", token: "bad", json: refresh)) == "invalid_token")
        #expect(try await code(of: gateway.send(.post, "/auth/logout", json: "{}")) == "invalid_token")
        #expect(try await gateway.send(.post, "/auth/logout", token: token, json: refresh).status == .noContent)
    }

    @Test(arguments: [
        (#"{"username":"longusername","email":"x","password":"longusername"}"#, ["/email", "/password"]),
        (
            #"{"username":"x","email":"longlong@b.example","password":"longlong@b.example"}"#,
            ["/username", "/password"]
        ),
    ]) func `a password that is its owner's name is named beside the other faults`(
        body: String, pointers: [String]
    ) async throws {
        let answer = try await gateway.send(.post, "/auth/register", json: body)
        #expect(answer.status == .unprocessableContent)
        let errors = try JSONValue(strictly: Array(buffer: answer.body))["errors"]?.array ?? []
        #expect(errors.compactMap { $0["pointer"]?.string } == pointers)
    }

    @Test(arguments: ["new_password=", "new_password=a", "", "new_password=%zz"])
    func `whoever sets a password in a browser sees a page, whatever is wrong`(body: String) async throws {
        let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html,*/*;q=0.8"]
        let answer = try await Application(responder: gateway.door).test(.router) { client in
            try await client.executeRequest(
                uri: "/auth/reset-password/unknown", method: .post, headers: headers, body: ByteBuffer(string: body))
        }
        #expect(answer.status.kind == .clientError)
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(String(buffer: answer.body).contains("</html>"))
    }

    private func code(of answer: TestResponse) throws -> String? {
        try JSONValue(strictly: Array(buffer: answer.body))["code"]?.string
    }
}

/// A stage that refuses everything.
private struct Refusing: RouterMiddleware {
    let problem: Problem

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response { throw problem }
}
