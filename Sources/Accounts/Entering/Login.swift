public import GatewayKit

/// Lets someone in by name or address and password, and begins a session.
public struct Login: Sendable {
    let storage: any Storage
    let issuer: any TokenIssuer
    let check: PasswordCheck
    let time: any TimeSource
    let random: any RandomSource
    let confirmation: RegistrationSettings.Confirmation
    let results: OutcomeCounter<LoginResult>

    /// What became of it.
    public enum Outcome: Sendable {
        /// A session has begun.
        case loggedIn(Grant)
        /// Unknown, wrong or disabled: nobody outside can tell which.
        case refused
        /// The password is right, and the address is yet to be confirmed.
        case unverified
        /// The account, or the name that nobody has, was guessed at too often.
        case tooManyGuesses(retryAfter: Duration)
    }

    /// Logs someone in. The guess is counted before anything is compared, and the same work is done for every refusal.
    public func logIn(
        as typed: String, password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Outcome {
        let made = try await results.counting({ $0.result }, failureAs: .failed) {
            () async throws(AccountsError) -> Attempt in
            try await attempt(as: LoginName(typed), password, from: visitor)
        }
        return made.outcome
    }

    private typealias Attempt = (outcome: Outcome, result: LoginResult)

    private func attempt(
        as name: LoginName, _ password: Password, from visitor: Visitor
    ) async throws(AccountsError) -> Attempt {
        let (found, waiting, wait) = try await storage.commit { records throws(StorageError) in
            let account = try name.account(in: records)
            // Looked for in any case: what is done before the wait begins is the same for a name that nobody has.
            let waiting = try name.registration(in: records, at: time.now())
            let wait = try check.guesses.take(
                name.guessKey(for: account), of: account?.id, from: visitor, in: records)
            return (account, account == nil ? waiting : nil, wait)
        }
        if let wait { return (.tooManyGuesses(retryAfter: wait), .backOff) }
        let start = time.elapsed()
        let trial =
            if let waiting {
                try await trial(of: password, on: waiting, named: name)
            } else {
                try await trial(of: password, on: found, named: name, from: visitor)
            }
        if let grant = trial.grant { return (.loggedIn(grant), .succeeded) }
        try await noteFailure(trial, countedAs: name.guessKey(for: found), from: visitor)
        if trial.result == .unverified { return (.unverified, .unverified) }
        await check.pace.wait(since: start, by: time)
        return (.refused, trial.result)
    }

    private struct Trial {
        var account: AccountID?
        var grant: Grant?
        var result = LoginResult.succeeded
    }

    /// Compares with what waits to be confirmed, by the same work as with an account.
    private func trial(
        of password: Password, on waiting: PendingRegistration, named name: LoginName
    ) async throws(AccountsError) -> Trial {
        let verdict = try await check.verdict(
            on: password, against: waiting.passwordHash, countedAs: name.guessKey(for: nil))
        guard case .matches = verdict else { return Trial(result: .password) }
        return Trial(result: .unverified)
    }

    /// Compares, and begins a session if the account is still what was compared; once more if it has changed meanwhile.
    private func trial(
        of password: Password, on found: Account?, named name: LoginName, from visitor: Visitor
    ) async throws(AccountsError) -> Trial {
        var account = found
        let key = name.guessKey(for: found)
        for _ in 1...2 {
            let verdict = try await check.verdict(on: password, against: account?.passwordHash, countedAs: key)
            guard let known = account else { return Trial(result: .unknown) }
            guard case .matches = verdict else { return Trial(account: known.id, result: .password) }
            guard !known.isDisabled else { return Trial(account: known.id, result: .disabled) }
            guard known.isEmailVerified || confirmation != .required else {
                return Trial(account: known.id, result: .unverified)
            }
            let hash = await check.refreshedHash(of: password, after: verdict)
            if let grant = try await begin(for: known, rehashed: hash, from: visitor) {
                return Trial(account: known.id, grant: grant)
            }
            account = try await storage.look { records throws(StorageError) in try records.accounts.account(known.id) }
        }
        return Trial(account: account?.id, result: .changed)
    }

    /// Begins a session, unless the account's version is no longer the one that was read.
    private func begin(
        for account: Account, rehashed hash: PasswordHash?, from visitor: Visitor
    ) async throws(AccountsError) -> Grant? {
        let token = OpaqueToken(from: random)
        let id = SessionID(from: random)
        let now = time.now()
        let session = Session(
            id: id, accountID: account.id, createdAt: now, lastUsedAt: now, expiresAt: now + issuer.lifetimes.refresh,
            address: visitor.address?.description, userAgent: visitor.userAgent)
        let committed: Account? = try await storage.commit { records throws(StorageError) in
            guard var current = try records.accounts.account(account.id), current.version == account.version else {
                return nil
            }
            current.lastLoginAt = now
            var facts = ["session": id.text]
            if let hash, current.passwordHash == account.passwordHash {
                current.passwordHash = hash
                facts["rehashed"] = "true"
            }
            try records.accounts.save(current)
            try records.sessions.insert(session, first: RefreshTokenRecord(hash: token.hash, sessionID: id))
            try check.guesses.forgive(account.id, in: records)
            try records.audit.append(visitor.event(.loginSucceeded, of: account.id, at: now, facts: facts))
            return current
        }
        guard let committed else { return nil }
        return try Grant(to: committed, in: id, refreshToken: token, by: issuer)
    }

    /// Whoever knows the password has not guessed, even if it lets nobody in yet.
    private func noteFailure(
        _ trial: Trial, countedAs key: GuessKey, from visitor: Visitor
    ) async throws(AccountsError) {
        let (account, result) = (trial.account, trial.result)
        let event = visitor.event(.loginFailed, of: account, at: time.now(), facts: ["reason": result.rawValue])
        try await storage.commit { records throws(StorageError) in
            if result == .unverified { try check.guesses.forgive(key, in: records) }
            try records.audit.append(event)
        }
    }
}
