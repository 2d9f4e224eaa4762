import Foundation
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import Hummingbird
import HummingbirdTesting

@testable import Gateway
@testable import GatewayAccess
@testable import GatewayAccounts

/// The gateway over a real store and real hashing, in this process, asked without a socket between. Of three of its
/// accounts one has an argon2id hash, one a bcrypt hash that is dearer, and one a directory's that costs nothing; or
/// all have argon2id hashes and are disabled.
struct TimedGateway {
    /// What may be missing, which the product has no switch for.
    enum Part {
        case dummyHash
        case waiting
    }

    /// The formats that accounts' hashes have.
    enum Format: CaseIterable {
        case argon2id
        case bcrypt
        case saltedSHA
    }

    let names: [String]
    let formats: [String: Format]
    private let door: FrontDoor
    private let folder: URL

    init(
        without missing: Set<Part> = [], accounts: Int, areDisabled: Bool = false, extra: String = ""
    ) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("timed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("config.yaml")
        try Data((Self.text + extra).utf8).write(to: file)
        var option = FileOption()
        option.config = file.path
        var host = Project.host
        if missing.contains(.waiting) { host.time = Impatient() }
        let deployment = try Deployment.read(option, on: host)
        let log = RecordedLog().logger
        let made = try await Making(deployment, mayCreate: true, logger: log).products()
        let products = Products(
            store: made.store, keyring: made.keyring,
            hasher: missing.contains(.dummyHash) ? NobodyIsFree(base: made.hasher) : made.hasher,
            issuer: made.issuer, mailer: made.mailer, stages: made.stages)
        let outbox = Outbox(keyring: products.keyring, signal: Signal())
        let flows = deployment.flows(over: products, outbox: outbox, follower: NoFollower())
        let revocations = RevocationLog(
            storage: products.store, table: RevocationTable(), time: host.time, logger: log)
        let credentials = CredentialCheck(
            issuer: products.issuer, storage: products.store, revocations: revocations,
            cookieName: SessionCookie.name(under: deployment.settings.server.publicURL), time: host.time)
        let endpoints = GatewayEndpoints(
            flows: flows, credentials: credentials, access: deployment.settings.access, issuer: products.issuer,
            policy: products.hasher.policy,
            publicURL: deployment.settings.server.publicURL, version: Version.current)
        door = FrontDoor(
            endpoints: endpoints.all, pipeline: products.stages, publicURL: deployment.settings.server.publicURL,
            time: host.time, random: host.random, logger: log)
        names = (0..<accounts).map { "user\($0)" }
        let kinds = Format.allCases
        formats = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { offset, name in
                (name, areDisabled ? .argon2id : kinds[offset % kinds.count])
            })
        for name in names { try await add(name, areDisabled, to: products.store, by: flows) }
        await flows.paceSurvey.survey()
    }

    /// How long each request takes, one after the other.
    func times(of requests: [(path: String, headers: HTTPFields, body: String)]) async throws -> [Duration] {
        try await Application(responder: door).test(.router) { client in
            var times: [Duration] = []
            for request in requests {
                let start = ContinuousClock.now
                _ = try await client.executeRequest(
                    uri: request.path, method: .post, headers: request.headers, body: ByteBuffer(string: request.body))
                times.append(ContinuousClock.now - start)
            }
            return times
        }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    private func add(
        _ name: String, _ isDisabled: Bool, to store: any Storage, by flows: AccountFlows
    ) async throws {
        let outcome = try await flows.administration.create(
            try Username(name), try EmailAddress("\(name)@example.com"), password: Password("a long enough one"),
            groups: [], by: .commandLine)
        guard case .created(var account) = outcome else { return }
        account.isDisabled = isDisabled
        switch formats[name] {
        case .bcrypt: account.passwordHash = PasswordHash("$2b$08$" + String(repeating: "a", count: 53))
        case .saltedSHA: account.passwordHash = PasswordHash("$ssha1$c2FsdHNhbHQ$DGDID5YfDnHzqbUkr2ASBi/gN6Y")
        case .argon2id, nil: break
        }
        let changed = account
        try await store.write { records throws(StorageError) in _ = try records.accounts.update(changed) }
    }

    private static let text = """
        server: {public_url: "http://localhost:8080"}
        passwords: {use: argon2id, memory: 8MiB, iterations: 1}
        login: {guesses: {per_account: 100000 per 15m, back_off_up_to: 1h}}
        pipeline: []

        """
}

/// The system's time, but nobody waits for it.
private struct Impatient: TimeSource {
    private let system = SystemTime()

    func now() -> Timestamp { system.now() }
    func elapsed() -> Duration { system.elapsed() }
    func sleep(for duration: Duration) async throws {}
}

/// A hasher that does nothing for a name that nobody has.
private struct NobodyIsFree: PasswordHasher {
    let base: any PasswordHasher

    var policy: PasswordPolicy { base.policy }
    func hash(_ password: Password) async throws(PasswordHasherError) -> PasswordHash { try await base.hash(password) }
    func verify(
        _ password: Password, against hash: PasswordHash
    ) async throws(PasswordHasherError) -> PasswordVerdict { try await base.verify(password, against: hash) }
    func verifyNobody(_ password: Password) async throws(PasswordHasherError) {}
}
