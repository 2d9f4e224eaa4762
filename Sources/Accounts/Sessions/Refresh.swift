public import GatewayKit

/// Exchanges a refresh token for new tokens.
///
/// The successor is computed from the presented token and a stored nonce, so that a repeat (two tabs, a lost answer)
/// gets the same one. A repeat is answered until the successor was used or, if later, the grace is over; after that it
/// is a replay, which ends the whole family (RFC 9700, section 4.14.2).
public struct Refresh: Sendable {
    let storage: any Storage
    let issuer: any TokenIssuer
    let revoker: Revoker
    let time: any TimeSource
    let random: any RandomSource
    let results: OutcomeCounter<RefreshResult>

    /// What became of it.
    public enum Outcome: Sendable {
        /// The session goes on.
        case refreshed(Grant)
        /// The token is unknown, expired, replayed, or its session has ended.
        case refused
    }

    private enum Step: Sendable {
        case next(OpaqueToken, Account, SessionID, isRepeat: Bool)
        case refused
        case replayed
    }

    /// Exchanges a token.
    public func refresh(_ token: OpaqueToken, from visitor: Visitor) async throws(AccountsError) -> Outcome {
        let made = try await results.counting({ $0.result }, failureAs: .failed) {
            () async throws(AccountsError) -> Attempt in
            try await attempt(token, from: visitor)
        }
        return made.outcome
    }

    private typealias Attempt = (outcome: Outcome, result: RefreshResult)

    private func attempt(_ token: OpaqueToken, from visitor: Visitor) async throws(AccountsError) -> Attempt {
        let nonce = random.bytes(32)
        let step = try await storage.commit { records throws(StorageError) in
            try self.step(from: token, nonce: nonce, visitor, records)
        }
        switch step {
        case .next(let successor, let account, let session, let isRepeat):
            let grant = try Grant(to: account, in: session, refreshToken: successor, by: issuer)
            return (.refreshed(grant), isRepeat ? .repeated : .rotated)
        case .refused:
            return (.refused, .refused)
        case .replayed:
            await revoker.settle()
            return (.refused, .replayed)
        }
    }

    private func step(
        from token: OpaqueToken, nonce: [UInt8], _ visitor: Visitor, _ records: any Records
    ) throws(StorageError) -> Step {
        let now = time.now()
        let sessions = records.sessions
        guard let record = try sessions.refreshToken(token.hash),
            let session = try sessions.session(record.sessionID), session.isAlive(at: now, issuer.lifetimes),
            let account = try records.accounts.account(session.accountID), !account.isDisabled
        else { return .refused }
        guard let rotatedAt = record.rotatedAt else {
            let successor = token.successor(nonce: nonce)
            try sessions.rotate(record.hash, nonce: nonce, at: now, to: successor.hash)
            // Nothing can compute those tokens' successors again, for whose repeats the grace is over.
            _ = try sessions.eraseNonces(
                of: session.id, rotatedBy: now - issuer.lifetimes.refreshGrace, limit: .max)
            try sessions.touch(session.id, at: now)
            return .next(successor, account, session.id, isRepeat: false)
        }
        guard let successor = try repeated(token, record, rotatedAt, at: now, sessions) else {
            _ = try sessions.end(session.id)
            try records.audit.append(
                visitor.event(.refreshReplayed, of: account.id, at: now, facts: ["session": session.id.text]))
            try revoker.revoke(.session(session.id), at: now, in: records)
            return .replayed
        }
        try sessions.touch(session.id, at: now)
        return .next(successor, account, session.id, isRepeat: true)
    }

    /// The successor of a rotated token, while a repeat is answered.
    private func repeated(
        _ token: OpaqueToken, _ record: RefreshTokenRecord, _ rotatedAt: Timestamp, at now: Timestamp,
        _ sessions: any SessionRecords
    ) throws(StorageError) -> OpaqueToken? {
        guard let nonce = record.nonce else { return nil }
        let successor = token.successor(nonce: nonce)
        guard let next = try sessions.refreshToken(successor.hash) else { return nil }
        return next.rotatedAt == nil || now < rotatedAt + issuer.lifetimes.refreshGrace ? successor : nil
    }
}
