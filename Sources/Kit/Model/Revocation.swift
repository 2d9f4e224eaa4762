/// One row of the revocation log: credentials that ended before their time.
public struct Revocation: Hashable, Sendable {
    /// What has ended.
    public enum Subject: Hashable, Sendable {
        /// All tokens of one session.
        case session(SessionID)
        /// One API key.
        case apiKey(String)
        /// All tokens that one key signed; their `kid` is what names them.
        case signingKey(String)
        /// All tokens of an account that state a version below the least valid one.
        case account(AccountID, leastVersion: Int64)
    }

    /// The place in the log; ascending in the order of the commits.
    public var id: Int64
    /// What has ended.
    public var subject: Subject
    /// When the last token that it concerns has expired, and the row may go.
    public var keepUntil: Timestamp

    /// States every part.
    public init(id: Int64, subject: Subject, keepUntil: Timestamp) {
        self.id = id
        self.subject = subject
        self.keepUntil = keepUntil
    }
}
