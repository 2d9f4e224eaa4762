import GatewayAccess
import GatewayKit
import GatewayTestKit
import Logging

/// A check on fakes, whose log was read once.
struct Fixture {
    let time = ManualTime()
    let storage = InMemoryStorage()
    let issuer: FakeTokenIssuer
    let log: RevocationLog
    let check: CredentialCheck
    let metrics = RecordedMetrics()

    init(capacity: Int = 100, foreign: [ForeignIssuer] = []) async {
        issuer = FakeTokenIssuer(time: time)
        log = Self.log(storage, time)
        check = CredentialCheck(
            issuer: issuer, foreign: ForeignIssuers(foreign, time: time), storage: storage, revocations: log,
            cookieName: "__Host-gateway_session", time: time,
            capacity: capacity, metrics: metrics)
        await log.catchUp()
    }

    static func log(
        _ storage: InMemoryStorage, _ time: ManualTime, logger: Logger = Logger(label: "test")
    ) -> RevocationLog {
        RevocationLog(storage: storage, table: RevocationTable(), time: time, logger: logger)
    }

    /// The Authorization value of a new token.
    func bearer(session: String = "s1", version: Int64 = 1) throws -> String {
        let account = Account(
            id: AccountID("a1"), username: try Username("johndoe"), email: try EmailAddress("j@example.com"),
            passwordHash: PasswordHash(""), version: version, createdAt: time.now())
        return "Bearer " + (try issuer.issue(to: account, in: SessionID(session)).token.reveal())
    }

    func revoke(_ subject: Revocation.Subject) async throws {
        let keepUntil = time.now() + .seconds(660)
        _ = try await storage.write { records throws(StorageError) in
            try records.revocations.append(subject, keepUntil: keepUntil)
        }
    }

    func isValid(_ value: String) -> Bool {
        if case .valid = check.check(authorization: [value]) { return true }
        return false
    }
}
