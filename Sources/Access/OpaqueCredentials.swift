import GatewayKit

/// Judges API keys and session cookies, which say nothing by themselves: what the store says of one is remembered for
/// some minutes, and held against the revocations at every sight.
///
/// When the account has another version than the one that is remembered, the credential has not ended: who it shows is
/// read again. That some never existed is remembered too, for seconds and in a table of its own, so that one that is
/// repeated costs no look into the store, and a flood of them drives no good one out.
final class OpaqueCredentials: Sendable {
    typealias Judgement = (verdict: CredentialVerdict, sight: CredentialSight)

    private struct Memory {
        let principal: Principal
        /// From when on one of those who see it reads it again, while the others still go by this.
        var rereadAt: Duration
        /// From when on nobody goes by this, by a clock that never goes back; the principal has the civil end.
        let forgetAt: Duration
    }

    private struct Miss {
        let reason: String
        let forgetAt: Duration
    }

    private enum Recollection {
        case settled(Judgement)
        /// It still counts, and is to be read again.
        case due(Principal)
        case nothing
    }

    private let stored: StoredCredentials
    private let revocations: RevocationLog
    private let time: any TimeSource
    private let known: KnownCredentials<Memory>
    private let missed = KnownCredentials<Miss>(capacity: 4096)

    /// Goes on with what a former one remembers, if there is one.
    init(
        stored: StoredCredentials, revocations: RevocationLog, time: any TimeSource, capacity: Int,
        remembering former: OpaqueCredentials?
    ) {
        self.stored = stored
        self.revocations = revocations
        self.time = time
        known = former?.known ?? KnownCredentials(capacity: capacity)
    }

    /// How many are known.
    var count: Int { known.count }

    /// What memory alone says; nil when the store has to be asked.
    func judgeFromMemory(_ digest: CredentialDigest) -> Judgement? {
        guard revocations.isFresh else { return (.cannotDecide, .undecided) }
        guard case .settled(let judgement) = recall(digest, claimsRereading: false) else { return nil }
        return judgement
    }

    /// Whose it is, where that is known, holds now and need not be read again.
    func known(_ digest: CredentialDigest) -> Principal? {
        guard case .settled((.valid(let principal), _)) = recall(digest, claimsRereading: false) else { return nil }
        return principal
    }

    /// What memory says, or else the store.
    func judge(_ kind: StoredCredentials.Kind, _ digest: CredentialDigest) async -> Judgement {
        guard revocations.isFresh else { return (.cannotDecide, .undecided) }
        switch recall(digest, claimsRereading: true) {
        case .settled(let judgement): return judgement
        case .due(let principal):
            if let judgement = await judgeFromStore(kind, digest) { return judgement }
            // The store is away, and this is still believed.
            return hold(principal, as: .known) ?? (.cannotDecide, .undecided)
        case .nothing:
            return await judgeFromStore(kind, digest) ?? (.cannotDecide, .undecided)
        }
    }

    private func recall(_ digest: CredentialDigest, claimsRereading: Bool) -> Recollection {
        let (now, elapsed) = (time.now(), time.elapsed())
        if let memory = claimsRereading ? claim(digest, at: elapsed) : known[digest], elapsed < memory.forgetAt,
            now < memory.principal.expiresAt
        {
            guard let judgement = hold(memory.principal, as: .known) else { return .nothing }
            guard memory.rereadAt <= elapsed, case .valid = judgement.verdict else { return .settled(judgement) }
            return .due(memory.principal)
        }
        if let miss = missed[digest], elapsed < miss.forgetAt { return .settled((.bad(reason: miss.reason), .bad)) }
        return .nothing
    }

    /// What is remembered, by whoever reads it again when that is due; to others it is not due then, for a while.
    private func claim(_ digest: CredentialDigest, at elapsed: Duration) -> Memory? {
        known.change(digest) { memory in
            let found = memory
            if memory.rereadAt <= elapsed { memory.rereadAt = elapsed + Self.rereadingPause }
            return found
        }
    }

    /// Holds somebody against the revocations; nil when the account has changed since, so that they must be read again.
    private func hold(_ principal: Principal, as sight: CredentialSight) -> Judgement? {
        switch revocations.table.standing(of: principal) {
        case .ended: (.bad(reason: "revoked"), .revoked)
        case .outdated: nil
        case .good: (.valid(principal), sight)
        }
    }

    /// What the store says, or nil when it is out of reach, or the account changes each time that it is read.
    private func judgeFromStore(_ kind: StoredCredentials.Kind, _ digest: CredentialDigest) async -> Judgement? {
        for _ in 1...2 {
            let (start, position) = (time.elapsed(), revocations.position)
            let finding = await stored.find(kind, hashed: digest.tokenHash)
            // What was read while the log moved may be from before it, and is believed this once at most.
            let isSteady = revocations.position == position
            guard revocations.isFresh else { return nil }
            switch finding {
            case .outOfReach: return nil
            case .bad(let reason):
                known.forget(digest)
                if isSteady { missed.remember(Miss(reason: reason, forgetAt: start + Self.missLife), as: digest) }
                return (.bad(reason: reason), .bad)
            case .good(let principal):
                guard let judgement = hold(principal, as: .new) else { continue }
                if isSteady, case .valid = judgement.verdict {
                    let (rereadAt, forgetAt) = (start + Self.rereadAfter, start + StoredCredentials.longestTrust)
                    known.remember(Memory(principal: principal, rereadAt: rereadAt, forgetAt: forgetAt), as: digest)
                }
                return judgement
            }
        }
        return nil
    }

    /// When one is read again that is in use, before it must be, so that those who show it never all wait at once.
    private static let rereadAfter = Duration.seconds(240)
    private static let rereadingPause = Duration.seconds(5)
    private static let missLife = Duration.seconds(5)
}
