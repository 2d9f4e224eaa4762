public import GatewayKit

/// Lets people delete their own account; its name is never given to anybody else.
public struct AccountDeletion: Sendable {
    let proof: OwnerProof
    let revoker: Revoker
    let time: any TimeSource

    /// What became of it.
    public enum Outcome: Sendable {
        /// The account, its sessions, API keys and links are gone.
        case deleted
        /// The current password is another.
        case wrongPassword
        /// The account was guessed at too often.
        case tooManyGuesses(retryAfter: Duration)
        /// The account or the session is no more.
        case gone
    }

    /// Deletes the account of whoever asks.
    public func delete(
        _ caller: AccountSession, password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        let finding = try await proof.acting(for: caller, knowing: password, from: visitor) {
            account, records throws(StorageError) in
            let now = time.now()
            return try records.erase(
                account.id, revoker, at: now, visitor.event(.accountDeleted, of: account.id, at: now))
        }
        switch finding {
        case .owner(true): break
        case .owner(false), .gone: return .gone
        case .wrongPassword: return .wrongPassword
        case .tooManyGuesses(let retryAfter): return .tooManyGuesses(retryAfter: retryAfter)
        }
        await revoker.settle()
        return .deleted
    }
}

extension Records {
    /// Removes an account with all that is its own, and revokes every token and key that was ever issued to it.
    func erase(
        _ id: AccountID, _ revoker: Revoker, at moment: Timestamp, _ event: AuditEvent
    ) throws(StorageError) -> Bool {
        let keys = try endKeys(of: id)
        guard let account = try accounts.account(id), try accounts.delete(id) else { return false }
        try guesses.clear(GuessKey(id).text)
        var event = event
        event.facts["username"] = account.username.text
        try audit.append(event)
        try revoker.revoke(keys, at: moment, in: self)
        try revoker.revoke(.account(id, leastVersion: account.version + 1), at: moment, in: self)
        return true
    }
}
