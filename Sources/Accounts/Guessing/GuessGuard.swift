import Crypto
import GatewayKit

/// Counts guesses at passwords, in the store, before any is compared; so parallel guesses cannot pass the limit.
///
/// `GuessCount+Taking.swift` is the counting itself, `PasswordCheck.swift` the comparison, `AnswerPace.swift` what
/// keeps its time from telling anything.
struct GuessGuard: Sendable {
    let limits: LoginSettings.Guesses
    /// What the audit trail says when someone has done it too often.
    let exhaustion: AuditEvent.Kind
    let storage: any Storage
    let time: any TimeSource

    /// Takes a guess in a caller's transaction: nil when it may be tried, else how long to wait.
    func take(
        _ key: GuessKey, of account: AccountID?, from visitor: Visitor, in records: any Records
    ) throws(StorageError) -> Duration? {
        let now = time.now()
        var count = try records.guesses.count(of: key.text) ?? .fresh(key.text, at: now)
        let verdict = count.take(at: now, within: limits)
        if case .mustWait(let wait) = verdict { return wait }
        try records.guesses.store(count)
        if case .lastGuess(let wait) = verdict {
            try records.audit.append(
                visitor.event(
                    exhaustion, of: account, at: now, facts: ["seconds": "\(wait.wholeSecondsRoundedUp)"]))
        }
        return nil
    }

    /// Gives back a guess that could not be tried, because hashing was busy; when even that fails, it stays taken.
    func giveBack(_ key: GuessKey) async {
        try? await storage.commit { records throws(StorageError) in try giveBack(key, in: records) }
    }

    /// Gives back, in a caller's transaction, a guess that showed nothing.
    func giveBack(_ key: GuessKey, in records: any Records) throws(StorageError) {
        guard var count = try records.guesses.count(of: key.text) else { return }
        count.giveBack()
        try records.guesses.store(count)
    }

    /// Forgets the guesses at an account, whose owner has shown up.
    func forgive(_ account: AccountID, in records: any Records) throws(StorageError) {
        try forgive(GuessKey(account), in: records)
    }

    /// Forgets the guesses that were counted under a key.
    func forgive(_ key: GuessKey, in records: any Records) throws(StorageError) {
        try records.guesses.clear(key.text)
    }
}

/// Under what a guess is counted.
struct GuessKey: Hashable, Sendable {
    let text: String

    /// An account, however it was named.
    init(_ account: AccountID) { text = "account:\(account.text)" }

    /// A name that no account has; hashed, so that the key has a bound and the store keeps no stray passwords.
    init(unknown name: String) { text = "name:" + Base64URL.encode(Array(SHA256.hash(data: Array(name.utf8)))) }

    /// Something else that is counted of the same one.
    func asking(for what: String) -> GuessKey { GuessKey(text: "\(what) \(text)") }

    private init(text: String) { self.text = text }
}
