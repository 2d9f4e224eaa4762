import GatewayKit

/// Makes sure that whoever holds a session is the account's owner, by the current password.
struct OwnerProof: Sendable {
    let storage: any Storage
    let check: PasswordCheck
    let time: any TimeSource

    /// What the password showed.
    enum Finding: Sendable {
        case owner(Account)
        case wrongPassword
        case tooManyGuesses(retryAfter: Duration)
        /// The account or the session is no more.
        case gone
    }

    /// Counts the guess, then compares.
    func finding(
        on password: Password, _ claims: AccessClaims, from visitor: Visitor
    ) async throws(AccountsError) -> Finding {
        let key = GuessKey(claims.accountID)
        let (found, wait): (Account?, Duration?) = try await storage.commit { records throws(StorageError) in
            guard try records.sessions.session(claims.sessionID)?.accountID == claims.accountID,
                let account = try records.accounts.account(claims.accountID), !account.isDisabled
            else { return (nil, nil) }
            return (account, try check.guesses.take(key, of: account.id, from: visitor, in: records))
        }
        guard let account = found else { return .gone }
        if let wait { return .tooManyGuesses(retryAfter: wait) }
        if case .matches = try await check.verdict(on: password, of: account, countedAs: key) { return .owner(account) }
        let event = visitor.event(.passwordRefused, of: account.id, at: time.now())
        try await storage.commit { records throws(StorageError) in try records.audit.append(event) }
        return .wrongPassword
    }
}
