public import GatewayKit

/// Lets people who are logged in set another password.
public struct PasswordChange: Sendable {
    let storage: any Storage
    let hasher: any PasswordHasher
    let proof: OwnerProof
    let revoker: Revoker
    let letters: Letters
    let time: any TimeSource

    /// What became of it.
    public enum Outcome: Sendable {
        /// The password is the new one, and the other sessions have ended.
        case changed
        /// The new password will not do.
        case passwordRefused(InputRefusal)
        /// The current password is another.
        case wrongPassword
        /// The account was guessed at too often.
        case tooManyGuesses(retryAfter: Duration)
        /// The account or the session is no more.
        case gone
    }

    /// Sets another password and ends all sessions but the one that asks.
    ///
    /// The version is raised, so that no login with the old password comes through; but the other sessions are revoked
    /// one by one instead of by the version, so that the caller's own access token goes on.
    public func change(
        _ caller: AccountSession, from current: Password, to new: Password, by visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        for _ in 1...2 {
            let account: Account
            let finding = try await proof.acting(for: caller, knowing: current, from: visitor) {
                account, _ throws(StorageError) in account
            }
            switch finding {
            case .owner(let owner): account = owner
            case .wrongPassword: return .wrongPassword
            case .tooManyGuesses(let retryAfter): return .tooManyGuesses(retryAfter: retryAfter)
            case .gone: return .gone
            }
            if let refusal = hasher.policy.refusal(of: new, username: account.username, email: account.email) {
                return .passwordRefused(refusal)
            }
            let hash = try await hasher.newHash(of: new)
            switch try await store(hash, for: account, caller, visitor) {
            case .holds:
                letters.outbox.signal.poke()
                await revoker.settle()
                return .changed
            case .changed: continue
            case .gone: return .gone
            }
        }
        throw OwnerProof.keepsChanging
    }

    /// Commits all of it, unless the account or the session has changed since the password was compared; which it was.
    private func store(
        _ hash: PasswordHash, for proved: Account, _ caller: AccountSession, _ visitor: Visitor
    ) async throws(AccountsError) -> OwnerProof.Standing {
        let now = time.now()
        let notice = try letters.passwordChanged(to: proved)
        return try await storage.commit { records throws(StorageError) in
            let standing = try proof.standing(of: proved, caller, in: records)
            guard case .holds(var account) = standing else { return standing }
            account.passwordHash = hash
            account.version += 1
            try records.accounts.save(account)
            let ended = try records.sessions.endAll(of: account.id, except: caller.sessionID)
            try records.endPendingLinks(of: account.id)
            try proof.check.guesses.forgive(account.id, in: records)
            try records.audit.append(
                visitor.event(.passwordChanged, of: account.id, at: now, facts: ["sessions": "\(ended.count)"]))
            try records.outbox.enqueue(notice)
            for id in ended { try revoker.revoke(.session(id), at: now, in: records) }
            return standing
        }
    }
}
