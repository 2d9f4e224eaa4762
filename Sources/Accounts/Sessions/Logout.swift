public import GatewayKit

/// Ends a session, or all of an account's, at once and everywhere.
public struct Logout: Sendable {
    let storage: any Storage
    let revoker: Revoker
    let time: any TimeSource

    /// What became of it.
    public enum Outcome: Hashable, Sendable {
        /// What was named has ended.
        case loggedOut
        /// Neither credential names a session.
        case nothingToEnd
    }

    /// Ends the session of an access token that was found valid, the session of a refresh token, or both; with
    /// `everywhere`, all sessions of their accounts. A rotated refresh token still names its session.
    public func logOut(
        _ caller: AccountSession?, _ refreshToken: OpaqueToken?, everywhere: Bool, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        let isOver = try await storage.commit { records throws(StorageError) in
            let ended = try named(caller, refreshToken, in: records)
            if everywhere {
                try endAll(of: Set(ended.map(\.accountID)), from: visitor, records)
            } else {
                try end(ended, from: visitor, records)
            }
            return !ended.isEmpty
        }
        guard isOver else { return .nothingToEnd }
        await revoker.settle()
        return .loggedOut
    }

    /// The sessions that the credentials name. An access token's counts even when it is no longer stored, for the token
    /// itself is still in force.
    private func named(
        _ caller: AccountSession?, _ refreshToken: OpaqueToken?, in records: any Records
    ) throws(StorageError) -> Set<AccountSession> {
        var named: Set<AccountSession> = []
        if let caller { named.insert(caller) }
        if let refreshToken, let record = try records.sessions.refreshToken(refreshToken.hash),
            let session = try records.sessions.session(record.sessionID)
        {
            named.insert(AccountSession(sessionID: session.id, accountID: session.accountID))
        }
        return named
    }

    private func end(_ named: Set<AccountSession>, from visitor: Visitor, _ records: any Records) throws(StorageError) {
        let now = time.now()
        for one in named {
            _ = try records.sessions.end(one.sessionID)
            try records.audit.append(
                visitor.event(.loggedOut, of: one.accountID, at: now, facts: ["session": one.sessionID.text]))
        }
        for one in named { try revoker.revoke(.session(one.sessionID), at: now, in: records) }
    }

    /// Raises the version too, so that a login under way with it does not begin a session after all.
    private func endAll(
        of ids: Set<AccountID>, from visitor: Visitor, _ records: any Records
    ) throws(StorageError) {
        let now = time.now()
        var versions: [AccountID: Int64] = [:]
        for id in ids {
            guard var account = try records.accounts.account(id) else { continue }
            account.version += 1
            try records.accounts.save(account)
            let ended = try records.sessions.endAll(of: id, except: nil)
            try records.links.deleteAll(of: id, for: .change)
            try records.audit.append(
                visitor.event(.loggedOutEverywhere, of: id, at: now, facts: ["sessions": "\(ended.count)"]))
            versions[id] = account.version
        }
        for (id, version) in versions {
            try revoker.revoke(.account(id, leastVersion: version), at: now, in: records)
        }
    }
}
