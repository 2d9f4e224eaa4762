public import GatewayKit

/// Makes, lists and revokes people's API keys, so that scripts pass where people have passwords.
public struct PersonalKeys: Sendable {
    let storage: any Storage
    let revoker: Revoker
    let time: any TimeSource
    let random: any RandomSource

    /// How many living keys an account may have.
    public static let limit = 100

    /// What became of making a key.
    public enum Creation: Sendable {
        /// The key is there; its text is shown this once.
        case created(NewKey)
        /// The moment that it was to last until is over.
        case endIsPast
        /// The account has ``PersonalKeys/limit`` already.
        case tooMany
        /// The account or the session is no more.
        case gone
    }

    /// A key that has just been made.
    public struct NewKey: Sendable {
        /// What the store keeps of it.
        public let key: APIKey
        /// What scripts show.
        public let token: OpaqueToken
    }

    /// Makes a key of whoever asks, for some paths or for all, that lasts for a while, until a moment, until the sooner
    /// of both, or until it is revoked.
    ///
    /// It outlives the session, which must be there still when it is stored: whoever ends all sessions because of a
    /// stolen token must not find a key behind it.
    public func create(
        _ name: KeyName, for lifetime: Duration? = nil, until moment: Timestamp? = nil, at scope: KeyScope?,
        of caller: AccountSession, from visitor: Visitor
    ) async throws(AccountsError) -> Creation {
        let (now, token) = (time.now(), APIKey.newToken(from: random))
        if let moment, moment <= now { return .endIsPast }
        let key = APIKey(
            id: random.identifier(), accountID: caller.accountID, name: name, hash: token.hash, createdAt: now,
            expiresAt: [lifetime.map { now + $0 }, moment].compactMap(\.self).min(), scope: scope)
        return try await storage.commit { records throws(StorageError) in
            guard try records.sessions.session(caller.sessionID)?.accountID == key.accountID,
                let account = try records.accounts.account(key.accountID), !account.isDisabled
            else { return .gone }
            let count = try records.apiKeys.keys(of: account.id).count { $0.isAlive(at: now) }
            guard count < Self.limit else { return .tooMany }
            try records.apiKeys.insert(key)
            try records.audit.append(
                visitor.event(.apiKeyCreated, of: account.id, at: now, facts: ["api_key": key.id]))
            return .created(NewKey(key: key, token: token))
        }
    }

    /// The living keys of whoever asks, the youngest first.
    public func keys(of caller: AccountSession) async throws(AccountsError) -> [APIKey] {
        let now = time.now()
        let all = try await storage.look { records throws(StorageError) in
            try records.apiKeys.keys(of: caller.accountID)
        }
        return all.filter { $0.isAlive(at: now) }
    }

    /// Revokes one key of whoever asks; false when they have none of that id.
    public func revoke(
        _ id: String, of caller: AccountSession, from visitor: Visitor
    ) async throws(AccountsError) -> Bool {
        let now = time.now()
        let isRevoked = try await storage.commit { records throws(StorageError) in
            guard try records.apiKeys.delete(id, of: caller.accountID) else { return false }
            try records.audit.append(
                visitor.event(.apiKeyRevoked, of: caller.accountID, at: now, facts: ["api_key": id]))
            try revoker.revoke(.apiKey(id), at: now, in: records)
            return true
        }
        if isRevoked { await revoker.settle() }
        return isRevoked
    }
}

extension Records {
    /// Removes all API keys of an account; what is to be revoked for that, when all else is written.
    func endKeys(of account: AccountID) throws(StorageError) -> [Revocation.Subject] {
        try apiKeys.deleteAll(of: account).map { .apiKey($0) }
    }
}
