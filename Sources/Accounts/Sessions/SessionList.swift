public import GatewayKit

/// Shows people where they are logged in, and ends single sessions for them.
public struct SessionList: Sendable {
    let storage: any Storage
    let lifetimes: TokenLifetimes
    let revoker: Revoker
    let time: any TimeSource

    /// One session as its owner sees it.
    public struct Entry: Hashable, Sendable {
        /// The session.
        public let session: Session
        /// Whether it is the one that asks.
        public let isCurrent: Bool
    }

    /// The living sessions of whoever asks, the youngest first.
    public func sessions(of caller: AccountSession) async throws(AccountsError) -> [Entry] {
        let now = time.now()
        let all = try await storage.look { records throws(StorageError) in
            try records.sessions.sessions(of: caller.accountID)
        }
        return all.filter { $0.isAlive(at: now, lifetimes) }
            .map { Entry(session: $0, isCurrent: $0.id == caller.sessionID) }
    }

    /// Ends one session of whoever asks; false when they have none of that id.
    public func end(
        _ id: SessionID, of caller: AccountSession, from visitor: Visitor
    ) async throws(AccountsError) -> Bool {
        let now = time.now()
        let hasEnded = try await storage.commit { records throws(StorageError) in
            guard let session = try records.sessions.session(id), session.accountID == caller.accountID else {
                return false
            }
            _ = try records.sessions.end(id)
            var facts = ["session": id.text]
            if id != caller.sessionID { facts["by_session"] = caller.sessionID.text }
            try records.audit.append(visitor.event(.loggedOut, of: caller.accountID, at: now, facts: facts))
            try revoker.revoke(.session(id), at: now, in: records)
            return true
        }
        if hasEnded { await revoker.settle() }
        return hasEnded
    }
}
