import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// API keys and the session cookie by the endpoints.
@Suite struct KeyEndpointTests {
    let gateway: InMemoryGateway

    init() throws { gateway = try InMemoryGateway() }

    @Test(arguments: ["/auth/verify", "/auth/verify/nginx"])
    func `a key passes as its owner until it is revoked`(path: String) async throws {
        let token = try await gateway.logIn()
        let made = try await key(#"{"name":"ci","expires_in":60,"note":"ignored"}"#, token)
        #expect(made["name"] == "ci" && made["expires_at"]?.string != nil && made["paths"] == .null)
        let text = try #require(made["key"]?.string)
        let passed = try await gateway.send(.get, path, token: text)
        #expect(passed.status == .ok)
        #expect(passed.headers[.init("Remote-User") ?? .accept] == "johndoe")
        let listed = try await gateway.send(.get, "/auth/keys", token: token)
        #expect(!String(buffer: listed.body).contains(text))
        let id = try #require(made["id"]?.string)
        #expect(try await gateway.send(.delete, "/auth/keys/\(id)", token: token).status == .noContent)
        #expect(try await gateway.send(.get, path, token: text).status == .unauthorized)
        #expect(try await gateway.send(.delete, "/auth/keys/\(id)", token: token).code == "not_found")
    }

    @Test func `a key and a cookie open nothing of the REST API`() async throws {
        let token = try await gateway.logIn()
        let text = try #require(try await key(#"{"name":"ci"}"#, token)["key"]?.string)
        let cookie = try await gateway.cookie()
        #expect(try await gateway.send(.get, "/auth/verify", token: text).status == .ok)
        #expect(try await gateway.send(.get, "/auth/verify", headers: [.cookie: cookie], body: nil).status == .ok)
        for route in gateway.routes where route.security != .none && !route.path.description.contains("verify") {
            let headers: HTTPFields = [.contentType: "application/json", .cookie: cookie]
            for shown in [text, nil] {
                let answer = try await gateway.send(
                    route.someMethod, route.examplePath, headers: headers, token: shown, body: ByteBuffer(string: "{}"))
                #expect(answer.status == .unauthorized, "\(route.name)")
                #expect(answer.code == "invalid_token", "\(route.name)")
            }
        }
    }

    @Test func `a key for some paths does not pass where no path is known`() async throws {
        let token = try await gateway.logIn()
        let text = try #require(try await key(#"{"name":"ci","paths":["/a/**"]}"#, token)["key"]?.string)
        for path in ["/auth/verify", "/auth/verify/nginx"] {
            #expect(try await gateway.send(.get, path, token: text).status == .forbidden)
        }
    }

    @Test func `nobody can tell of a key that is not known while the store is away`() async throws {
        let token = try await gateway.logIn()
        let text = try #require(try await key(#"{"name":"ci"}"#, token)["key"]?.string)
        gateway.storage.setFault(.unavailable)
        #expect(try await gateway.send(.get, "/auth/verify", token: text).code == "unavailable")
        gateway.storage.setFault(nil)
        #expect(try await gateway.send(.get, "/auth/verify", token: text).status == .ok)
        gateway.storage.setFault(.unavailable)
        #expect(try await gateway.send(.get, "/auth/verify", token: text).status == .ok)
    }

    @Test func `a moment that is over is no end`() async throws {
        let token = try await gateway.logIn()
        let over = #"{"name":"ci","expires_at":"2027-01-15T08:00:00Z"}"#
        let answer = try await gateway.send(.post, "/auth/keys", token: token, json: over)
        #expect(answer.status == .unprocessableContent)
        #expect(String(buffer: answer.body).contains(#""pointer":"/expires_at","code":"in_the_past""#))
        let ahead = #"{"name":"ci","expires_at":"2027-01-15T09:00:01+01:00","expires_in":60}"#
        #expect(try await key(ahead, token)["expires_at"] == "2027-01-15T08:00:01.000Z")
    }

    @Test func `one key more than an account may have is refused in words`() async throws {
        let token = try await gateway.logIn()
        for _ in 1...100 { _ = try await key(#"{"name":"ci"}"#, token) }
        let answer = try await gateway.send(.post, "/auth/keys", token: token, json: #"{"name":"ci"}"#)
        #expect(answer.status == .conflict)
        #expect(answer.code == "too_many_keys")
        #expect(String(buffer: answer.body).contains("100 API keys"))
    }

    /// A new key.
    private func key(_ json: String, _ token: String) async throws -> JSONValue {
        let answer = try await gateway.send(.post, "/auth/keys", token: token, json: json)
        #expect(answer.status == .created, "\(String(buffer: answer.body))")
        #expect(answer.headers[.cacheControl] == "no-store")
        return try JSONValue(strictly: Array(buffer: answer.body))
    }
}

extension InMemoryGateway {
    /// A Cookie field that shows the youngest session.
    fileprivate func cookie() async throws -> String {
        let token = OpaqueToken(from: CountedRandom(seed: 2))
        try await storage.write { records throws(StorageError) in
            guard let account = try records.accounts.account(named: Username(stored: "johndoe")),
                let session = try records.sessions.sessions(of: account.id).first
            else { return }
            try records.sessions.addCookie(token.hash, to: session.id)
        }
        return "__Host-gateway_session=\(token.reveal())"
    }
}
