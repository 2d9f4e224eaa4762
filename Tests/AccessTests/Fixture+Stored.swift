import GatewayAccess
import GatewayKit
import GatewayTestKit

/// What the store knows of credentials.
extension Fixture {
    /// The Authorization value of a new key.
    func key(
        _ id: String = "k1", lifetime: Duration? = nil, scope: [String]? = nil
    ) async throws -> String {
        let token = OpaqueToken(APIKey.prefix + Self.text(of: id))
        let key = APIKey(
            id: id, accountID: AccountID("a1"), name: KeyName(stored: "ci"), hash: token.hash, createdAt: time.now(),
            expiresAt: lifetime.map { time.now() + $0 }, scope: scope.map { KeyScope(stored: $0) })
        let account = self.account
        try await storage.write { records throws(StorageError) in
            _ = try records.accounts.insert(account, unlessThere: records)
            try records.apiKeys.insert(key)
        }
        return "Bearer " + token.reveal()
    }

    /// The Authorization value of a key that is nobody's.
    func junk(_ number: Int) -> String { "Bearer " + APIKey.prefix + Self.text(of: "junk \(number)") }

    /// The value of a new cookie of a new session.
    func cookie(_ id: String = "s1") async throws -> String {
        let token = OpaqueToken(Self.text(of: "cookie of \(id)"))
        let (account, now) = (self.account, time.now())
        try await storage.write { records throws(StorageError) in
            _ = try records.accounts.insert(account, unlessThere: records)
            try records.sessions.insert(
                Session(
                    id: SessionID(id), accountID: account.id, createdAt: now, lastUsedAt: now,
                    expiresAt: now + .seconds(30 * 86_400)),
                first: RefreshTokenRecord(hash: OpaqueToken("first of \(id)").hash, sessionID: SessionID(id)))
            try records.sessions.addCookie(token.hash, to: SessionID(id))
        }
        return token.reveal()
    }

    func revokeKey(_ id: String = "k1") async throws {
        let keepUntil = time.now() + .seconds(3660)
        try await storage.write { records throws(StorageError) in
            _ = try records.apiKeys.delete(id, of: AccountID("a1"))
            _ = try records.revocations.append(.apiKey(id), keepUntil: keepUntil)
        }
    }

    /// Changes the account as an operator does.
    func change(_ body: @escaping @Sendable (inout Account) -> Void) async throws {
        let keepUntil = time.now() + .seconds(3660)
        try await storage.write { records throws(StorageError) in
            guard var account = try records.accounts.account(AccountID("a1")) else { return }
            body(&account)
            account.version += 1
            _ = try records.accounts.update(account)
            _ = try records.revocations.append(
                .account(account.id, leastVersion: account.version), keepUntil: keepUntil)
        }
    }

    func verdict(on authorization: String) async -> CredentialVerdict {
        await check.check(authorization: [authorization], cookies: [])
    }

    func principal(of authorization: String) async -> Principal? {
        if case .valid(let principal) = await verdict(on: authorization) { return principal }
        return nil
    }

    private var account: Account {
        Account(
            id: AccountID("a1"), username: Username(stored: "johndoe"), email: EmailAddress(stored: "j@example.com"),
            passwordHash: PasswordHash(""), groups: [GroupName(stored: "staff")], createdAt: time.now())
    }

    /// 256 bits that are the same for the same word.
    private static func text(of word: String) -> String { Base64URL.encode(OpaqueToken(word).hash.bytes) }
}

extension AccountRecords {
    fileprivate func insert(_ account: Account, unlessThere records: any Records) throws(StorageError) -> Bool {
        guard try records.accounts.account(account.id) == nil else { return false }
        return try insert(account) == .stored
    }
}
