import GatewayKit

/// Makes sure that whoever holds a session is the account's owner, by the current password.
struct OwnerProof: Sendable {
    let storage: any Storage
    let check: PasswordCheck
    let time: any TimeSource
    let results: OutcomeCounter<ProofResult>

    /// What the password showed.
    enum Finding<Value: Sendable>: Sendable {
        /// The owner asks, and this is what was done for them.
        case owner(Value)
        case wrongPassword
        case tooManyGuesses(retryAfter: Duration)
        /// The account or the session is no more.
        case gone
    }

    /// What has become of an account and the session that asks, since a password was compared.
    enum Standing: Sendable {
        /// What was compared still holds; the account as it is now.
        case holds(Account)
        /// The session lives, but the account's version is another.
        case changed
        /// The account or the session is no more.
        case gone
    }

    /// Counts the guess and compares, then acts for the owner in a transaction in which what was compared still holds;
    /// compares once more if only the account has changed meanwhile. The right password is no guess: that transaction
    /// forgives it, with those before it, as a login does.
    func acting<Value: Sendable>(
        for caller: AccountSession, knowing password: Password, from visitor: Visitor,
        _ act: @escaping @Sendable (Account, any Records) throws(StorageError) -> Value
    ) async throws(AccountsError) -> Finding<Value> {
        try await results.counting(ProofResult.init, failureAs: .failed) { () async throws(AccountsError) in
            try await attempt(for: caller, knowing: password, from: visitor, act)
        }
    }

    private func attempt<Value: Sendable>(
        for caller: AccountSession, knowing password: Password, from visitor: Visitor,
        _ act: @escaping @Sendable (Account, any Records) throws(StorageError) -> Value
    ) async throws(AccountsError) -> Finding<Value> {
        let key = GuessKey(caller.accountID)
        for _ in 1...2 {
            let (found, wait): (Account?, Duration?) = try await storage.commit { records throws(StorageError) in
                guard let account = try living(caller, in: records) else { return (nil, nil) }
                return (account, try check.guesses.take(key, of: account.id, from: visitor, in: records))
            }
            guard let account = found else { return .gone }
            if let wait { return .tooManyGuesses(retryAfter: wait) }
            guard
                case .matches = try await check.verdict(
                    on: password, against: account.passwordHash, countedAs: key)
            else {
                let event = visitor.event(
                    .passwordRefused, of: account.id, at: time.now(), facts: ["session": caller.sessionID.text])
                try await storage.commit { records throws(StorageError) in try records.audit.append(event) }
                return .wrongPassword
            }
            let finding: Finding<Value>? = try await storage.commit { records throws(StorageError) in
                switch try standing(of: account, caller, in: records) {
                case .holds(let current):
                    try check.guesses.forgive(current.id, in: records)
                    return .owner(try act(current, records))
                case .changed:
                    try check.guesses.giveBack(key, in: records)
                    return nil
                case .gone: return .gone
                }
            }
            if let finding { return finding }
        }
        throw Self.keepsChanging
    }

    /// What a transaction finds of an account that was proved before it.
    func standing(
        of proved: Account, _ caller: AccountSession, in records: any Records
    ) throws(StorageError) -> Standing {
        guard let account = try living(caller, in: records) else { return .gone }
        return account.version == proved.version ? .holds(account) : .changed
    }

    /// Answers one whose account changed during each of its tries: nothing was done, and the next try may do.
    static let keepsChanging = AccountsError.busy(retryAfter: .seconds(1))

    private func living(_ caller: AccountSession, in records: any Records) throws(StorageError) -> Account? {
        guard try records.sessions.session(caller.sessionID)?.accountID == caller.accountID,
            let account = try records.accounts.account(caller.accountID), !account.isDisabled
        else { return nil }
        return account
    }
}
