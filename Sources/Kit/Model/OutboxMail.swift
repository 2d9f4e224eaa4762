/// A mail that waits to be delivered, as the store keeps it: sealed, and erased once delivered.
public struct OutboxMail: Hashable, Sendable {
    /// The mail's id, which names it across retries.
    public var id: String
    /// The message, sealed under the deployment's secret file.
    public var sealed: [UInt8]
    /// When it was written.
    public var createdAt: Timestamp
    /// How often delivery was tried.
    public var attempts: Int
    /// When delivery is tried next.
    public var dueAt: Timestamp
    /// Whether a gateway has taken it in hand, which is so until ``dueAt``: a dead one's claim expires.
    public var isClaimed: Bool
    /// Whether delivery was given up; kept for an operator to look at.
    public var isParked: Bool
    /// Why it was not taken when it was tried last: words for operators without a secret or an address.
    public var failure: String?

    /// States every part.
    public init(
        id: String, sealed: [UInt8], createdAt: Timestamp, attempts: Int = 0, dueAt: Timestamp,
        isClaimed: Bool = false, isParked: Bool = false, failure: String? = nil
    ) {
        self.id = id
        self.sealed = sealed
        self.createdAt = createdAt
        self.attempts = attempts
        self.dueAt = dueAt
        self.isClaimed = isClaimed
        self.isParked = isParked
        self.failure = failure
    }
}
