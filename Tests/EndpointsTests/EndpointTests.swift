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
    let time = ManualTime()
    let storage = InMemoryStorage()
    let hasher = FakePasswordHasher()
    let issuer: FakeTokenIssuer
    let revocations: RevocationLog
    let door: FrontDoor

    init() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let publicURL = try PublicURL("https://auth.example.com")
        issuer = FakeTokenIssuer(time: time)
        revocations = RevocationLog(storage: storage, table: RevocationTable(), time: time, logger: logger)
        let keyring = SecretKeyring([("one", Secret([UInt8](repeating: 7, count: 32)))])
        let roles = AccountRoles(
            storage: storage, hasher: hasher, issuer: issuer, follower: revocations,
            outbox: Outbox(keyring: keyring, signal: OutboxSignal()), publicURL: publicURL, time: time,
            random: CountedRandom())
        let guesses = LoginSettings.Guesses(
            perAccount: RateLimit(count: 10, per: .seconds(900)), backOffUpTo: .seconds(3600))
        let settings = AccountSettings(
            registration: RegistrationSettings(isOpen: true), login: LoginSettings(guesses: guesses),
            links: LinkSettings(reset: try LinkTemplate("{public_url}/auth/reset-password/{token}")))
        let endpoints = GatewayEndpoints(
            flows: AccountFlows(roles: roles, settings: settings),
            credentials: CredentialCheck(issuer: issuer, revocations: revocations, time: time), issuer: issuer,
            policy: hasher.policy)
        door = FrontDoor(
            endpoints: endpoints.all, publicURL: publicURL, time: time, random: CountedRandom(seed: 1), logger: logger)
    }

    @Test func `the routes that settings can name are those that are served`() {
        #expect(door.routes.declarations.map(\.name) == GatewayEndpoints.routes)
    }

    @Test(arguments: ["/auth/verify", "/auth/verify/nginx", "/auth/me"])
    func `while the revocation log is stale, a credential gets 503 and never 401`(path: String) async throws {
        let token = try await logIn()
        #expect(try await send(.get, path, token: token).status == .ok)
        time.advance(by: .seconds(31))
        let answer = try await send(.get, path, token: token)
        #expect(answer.status == .serviceUnavailable)
        #expect((answer.body.readableBytes == 0) == (path == "/auth/verify/nginx"))
        await revocations.catchUp()
        #expect(try await send(.get, path, token: token).status == .ok)
    }

    @Test func `a store that is out of reach gets 503, and verification of a known token goes on`() async throws {
        let token = try await logIn()
        storage.setFault(.unavailable)
        let me = try await send(.get, "/auth/me", token: token)
        #expect(me.status == .serviceUnavailable)
        #expect(String(buffer: me.body).contains("\"code\":\"unavailable\""))
        #expect(try await send(.get, "/auth/verify", token: token).status == .ok)
    }

    @Test func `a full hashing queue gets 503 with Retry-After`() async throws {
        hasher.setBusy(retryAfter: .seconds(3))
        let answer = try await send(.post, "/auth/login", json: #"{"username":"johndoe","password":"correct horse"}"#)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.headers[.retryAfter] == "3")
    }

    @Test(arguments: [HTTPRequest.Method.get, .head, .post, .put, .delete, .patch, .options])
    func `verification takes any method`(method: HTTPRequest.Method) async throws {
        let token = try await logIn()
        #expect(try await send(method, "/auth/verify/nginx", token: token).status == .ok)
        #expect(try await send(method, "/auth/verify/nginx").status == .unauthorized)
    }

    private func logIn() async throws -> String {
        await revocations.catchUp()
        let json = #"{"username":"johndoe","email":"john@example.com","password":"correct horse"}"#
        _ = try await send(.post, "/auth/register", json: json)
        let answer = try await send(.post, "/auth/login", json: json)
        let token = try JSONValue(strictly: Array(buffer: answer.body))["access_token"]?.string
        return try #require(token)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, json: String? = nil
    ) async throws -> TestResponse {
        var headers = HTTPFields()
        if let token { headers[.authorization] = "Bearer \(token)" }
        if json != nil { headers[.contentType] = "application/json" }
        return try await Application(responder: door).test(.router) { [headers] client in
            try await client.executeRequest(
                uri: path, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) })
        }
    }
}
