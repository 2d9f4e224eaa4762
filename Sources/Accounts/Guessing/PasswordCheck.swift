import GatewayKit

/// The one way in which flows compare a typed password: the same work whether or not there is an account.
struct PasswordCheck: Sendable {
    let hasher: any PasswordHasher
    let guesses: GuessGuard
    let pace: AnswerPace
    let time: any TimeSource

    /// What comparing a password with a stored one, or with nobody's, finds. The guess was taken under `key` before;
    /// it is given back when hashing is busy.
    func verdict(
        on password: Password, against hash: PasswordHash?, countedAs key: GuessKey
    ) async throws(AccountsError) -> PasswordVerdict {
        let start = time.elapsed()
        do {
            guard let hash else {
                try await hasher.verifyNobody(password)
                pace.learn(AnswerPace.nobody, cost: time.elapsed() - start)
                return .differs
            }
            let format = AnswerPace.format(of: hash)
            // Waiting alone does not hide it: on a busy machine nobody's hash may outlast the wait, a cheap one never.
            if pace.knows(format), pace.isCheap(format) {
                return try await hasher.verifyBesideNobody(password, against: hash)
            }
            let verdict = try await hasher.verify(password, against: hash)
            pace.learn(format, cost: time.elapsed() - start)
            if pace.isCheap(format) { try await hasher.verifyNobody(password) }
            return verdict
        } catch {
            if case .busy = error { await guesses.giveBack(key) }
            throw AccountsError(error)
        }
    }

    /// A stronger hash in place of an outdated one, or nil when none is wanted or hashing is busy: the next login will
    /// do.
    func refreshedHash(of password: Password, after verdict: PasswordVerdict) async -> PasswordHash? {
        guard case .matches(isOutdated: true) = verdict else { return nil }
        return try? await hasher.hash(password)
    }
}
