/// One entry of the append-only audit trail; it holds no secret.
public struct AuditEvent: Hashable, Sendable {
    /// What happened, as a stable word such as `login_succeeded`.
    public struct Kind: Hashable, Sendable {
        /// The word, lower_snake_case.
        public let word: String

        /// States a word.
        public init(_ word: String) { self.word = word }
    }

    /// When it happened.
    public var at: Timestamp
    /// What happened.
    public var kind: Kind
    /// Whose account it concerns, if one is known.
    public var accountID: AccountID?
    /// Who did it: `self`, `command-line`, `gateway` for what nobody asked for, or an account's id.
    public var actor: String
    /// The client's address, if there was a client.
    public var address: String?
    /// The request's id, if there was a request.
    public var requestID: String?
    /// Further facts by name, such as the session's id.
    public var facts: [String: String]

    /// States every part.
    public init(
        at: Timestamp, kind: Kind, accountID: AccountID? = nil, actor: String, address: String? = nil,
        requestID: String? = nil, facts: [String: String] = [:]
    ) {
        self.at = at
        self.kind = kind
        self.accountID = accountID
        self.actor = actor
        self.address = address
        self.requestID = requestID
        self.facts = facts
    }
}
