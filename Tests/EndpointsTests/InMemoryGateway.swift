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
struct InMemoryGateway {
    let time = ManualTime()
    let storage = InMemoryStorage()
    let hasher = FakePasswordHasher()
    let issuer: FakeTokenIssuer
    let revocations: RevocationLog
    let outbox: Outbox
    let flows: AccountFlows
    let endpoints: [Endpoint]
    let publicURL: PublicURL
    let logger: Logger
    let door: FrontDoor

    init(access: AccessSettings = AccessSettings()) throws {
        logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        publicURL = try PublicURL("https://auth.example.com")
        issuer = FakeTokenIssuer(time: time)
        revocations = RevocationLog(storage: storage, table: RevocationTable(), time: time, logger: logger)
        let keyring = SecretKeyring([("one", Secret([UInt8](repeating: 7, count: 32)))])
        outbox = Outbox(keyring: keyring, signal: Signal())
        let roles = AccountRoles(
            storage: storage, hasher: hasher, issuer: issuer, follower: revocations,
            outbox: outbox, publicURL: publicURL, time: time, random: CountedRandom())
        let guesses = LoginSettings.Guesses(
            perAccount: RateLimit(count: 10, per: .seconds(900)), backOffUpTo: .seconds(3600))
        let settings = AccountSettings(
            registration: RegistrationSettings(isOpen: true), login: LoginSettings(guesses: guesses),
            links: .standard)
        flows = AccountFlows(roles: roles, settings: settings)
        endpoints =
            GatewayEndpoints(
                flows: flows,
                credentials: CredentialCheck(
                    issuer: issuer, storage: storage, revocations: revocations,
                    cookieName: SessionCookie.name(under: publicURL), time: time), access: access,
                issuer: issuer,
                policy: hasher.policy, publicURL: publicURL, version: "1.2.3"
            ).all
        door = FrontDoor(
            endpoints: endpoints, publicURL: publicURL, time: time, random: CountedRandom(seed: 1), logger: logger)
    }

    /// What every route is.
    var routes: [RouteDeclaration] { door.routes.declarations }

    static let password = "correct horse"
    private static let john = #"{"username":"johndoe","email":"john@example.com","password":"correct horse"}"#

    /// Registers, where that has not been done, and logs in; the tokens.
    func tokens() async throws -> (access: String, refresh: String) {
        await revocations.catchUp()
        _ = try await send(.post, "/auth/register", json: Self.john)
        let answer = try await JSONValue(
            strictly: Array(buffer: send(.post, "/auth/login", json: Self.john).body))
        return (
            access: try #require(answer["access_token"]?.string), refresh: try #require(answer["refresh_token"]?.string)
        )
    }

    func logIn() async throws -> String { try await tokens().access }

    /// The access token of whoever a route is for: an administrator, where it is one of theirs.
    func logIn(for route: RouteDeclaration) async throws -> String {
        route.isForAdministrators ? try await logInAsAdministrator() : try await logIn()
    }

    /// The access token of an administrator, who is John too.
    func logInAsAdministrator() async throws -> String {
        _ = try await logIn()
        try await setGroups([Administrator.group])
        return try await logIn()
    }

    /// Gives John groups, as operators do.
    func setGroups(_ groups: Set<GroupName>) async throws {
        let john = try #require(try await flows.administration.account(named: "johndoe"))
        _ = try await flows.administration.setGroups(of: john.id, to: groups, by: .commandLine)
    }

    /// What the link of the youngest mail ends with.
    func mailedLinkToken(for page: String = "reset-password") async throws -> Substring {
        let now = time.now()
        let claimed = try await storage.write { records throws(StorageError) in
            try records.outbox.claim(dueAt: now, until: now + .seconds(60), limit: 10)
        }
        let text = try claimed.map { try outbox.open($0).text }.last { $0.contains("/auth/\(page)/") }
        let tail = try #require(text?.split(separator: "/auth/\(page)/", maxSplits: 1).last)
        return tail.prefix { !$0.isWhitespace }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, json: String? = nil,
        through pipeline: [PipelineStage] = []
    ) async throws -> TestResponse {
        try await send(
            method, path, headers: json == nil ? ProxyHeaders.asking(method, path) : [.contentType: "application/json"],
            token: token, body: json.map { ByteBuffer(string: $0) }, through: pipeline)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, token: String? = nil, body: ByteBuffer?,
        through pipeline: [PipelineStage] = []
    ) async throws -> TestResponse {
        let loopback = try ["127.0.0.0/8", "::1/128"].map { try #require(IPNetwork($0)) }
        let door = FrontDoor(
            endpoints: endpoints, pipeline: pipeline, publicURL: publicURL,
            trustedProxies: TrustedProxies(loopback.map { .network($0) }), time: time, random: CountedRandom(seed: 1),
            logger: logger)
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        // A proxy is believed by its address, which takes a connection.
        let isProxy = path.hasPrefix("/auth/verify/")
        let application = Application(
            responder: door, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)))
        return try await application.test(isProxy ? .live : .router) { [headers] client in
            try await client.executeRequest(uri: path, method: method, headers: headers, body: body)
        }
    }
}

extension RouteDeclaration {
    /// Whether it takes the token of an administrator alone.
    var isForAdministrators: Bool { path.description.hasPrefix("/admin/") }

    /// A method that the route takes.
    var someMethod: HTTPRequest.Method { method ?? .get }

    /// The path with its examples for parameters.
    var examplePath: String {
        notes.parameters.reduce(path.description) { path, parameter in
            path.replacing("{\(parameter.name)}", with: parameter.example).replacing("**", with: parameter.example)
        }
    }
}

/// How a proxy states the request that it asks about.
enum ProxyHeaders {
    /// What proxies of that path's dialect state; nothing for another path.
    static func asking(_ method: HTTPRequest.Method, _ path: String) -> HTTPFields {
        guard path.hasPrefix("/auth/verify/") else { return [:] }
        if path.hasSuffix("/nginx") {
            return fields(["Original-URL": "https://a.test/", "Original-Method": "\(method)"])
        }
        guard !path.contains("/envoy") else { return [:] }
        return fields([
            "Forwarded-Method": "\(method)", "Forwarded-Proto": "https", "Forwarded-Host": "a.test",
            "Forwarded-Uri": "/",
        ])
    }

    private static func fields(_ values: KeyValuePairs<String, String>) -> HTTPFields {
        values.reduce(into: HTTPFields()) { fields, value in
            guard let name = HTTPField.Name("X-" + value.key) else { return }
            fields.append(HTTPField(name: name, value: value.value))
        }
    }
}

extension TestResponse {
    /// The `code` of a refusal.
    var code: String? { try? JSONValue(strictly: Array(buffer: body))["code"]?.string }
}
