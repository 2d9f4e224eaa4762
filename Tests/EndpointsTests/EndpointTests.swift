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
    let endpoints: [Endpoint]
    let publicURL: PublicURL
    let logger: Logger
    let door: FrontDoor

    init() throws {
        logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        publicURL = try PublicURL("https://auth.example.com")
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
        endpoints =
            GatewayEndpoints(
                flows: AccountFlows(roles: roles, settings: settings),
                credentials: CredentialCheck(issuer: issuer, revocations: revocations, time: time), issuer: issuer,
                policy: hasher.policy
            ).all
        door = FrontDoor(
            endpoints: endpoints, publicURL: publicURL, time: time, random: CountedRandom(seed: 1), logger: logger)
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

    @Test func `nginx sees the statuses that it understands, without bodies, whoever refuses`() async throws {
        let limited = PipelineStage("limited", .decides, Refusing(problem: .tooManyRequests(retryAfter: .seconds(7))))
        let broken = PipelineStage("broken", .decides, Refusing(problem: .malformedRequest("It is broken.")))
        let faulty = PipelineStage("faulty", .decides, Refusing(problem: .internalError))
        for (stage, status) in [(limited, 503), (broken, 403), (faulty, 503)] {
            let answer = try await send(.get, "/auth/verify/nginx", through: [stage])
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
        await revocations.catchUp()
        for body in ["{}", "{", nil] {
            let answer = try await send(method, path, json: body)
            #expect(answer.status == .unauthorized)
            #expect(try code(of: answer) == "invalid_token")
        }
    }

    @Test func `a logout says which credential was wrong`() async throws {
        let token = try await logIn()
        let refresh = #"{"refresh_token":"unknown"}"#
        #expect(try await code(of: send(.post, "/auth/logout", json: refresh)) == "invalid_refresh_token")
        #expect(try await code(of: send(.post, "/auth/logout", token: "bad", json: refresh)) == "invalid_token")
        #expect(try await code(of: send(.post, "/auth/logout", json: "{}")) == "invalid_token")
        #expect(try await send(.post, "/auth/logout", token: token, json: refresh).status == .noContent)
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
        let answer = try await send(.post, "/auth/register", json: body)
        #expect(answer.status == .unprocessableContent)
        let errors = try JSONValue(strictly: Array(buffer: answer.body))["errors"]?.array ?? []
        #expect(errors.compactMap { $0["pointer"]?.string } == pointers)
    }

    @Test(arguments: ["new_password=", "new_password=a", "", "new_password=%zz"])
    func `whoever sets a password in a browser sees a page, whatever is wrong`(body: String) async throws {
        let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "text/html,*/*;q=0.8"]
        let answer = try await Application(responder: door).test(.router) { client in
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

    private func logIn() async throws -> String {
        await revocations.catchUp()
        let json = #"{"username":"johndoe","email":"john@example.com","password":"correct horse"}"#
        _ = try await send(.post, "/auth/register", json: json)
        let answer = try await send(.post, "/auth/login", json: json)
        let token = try JSONValue(strictly: Array(buffer: answer.body))["access_token"]?.string
        return try #require(token)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, json: String? = nil,
        through pipeline: [PipelineStage] = []
    ) async throws -> TestResponse {
        let door = FrontDoor(
            endpoints: endpoints, pipeline: pipeline, publicURL: publicURL, time: time, random: CountedRandom(seed: 1),
            logger: logger)
        var headers = HTTPFields()
        if let token { headers[.authorization] = "Bearer \(token)" }
        if json != nil { headers[.contentType] = "application/json" }
        return try await Application(responder: door).test(.router) { [headers] client in
            try await client.executeRequest(
                uri: path, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) })
        }
    }
}

/// A stage that refuses everything.
private struct Refusing: RouterMiddleware {
    let problem: Problem

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response { throw problem }
}
