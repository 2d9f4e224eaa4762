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
    /// Whether delivery was given up; kept for an operator to look at.
    public var isParked: Bool

    /// States every part.
    public init(
        id: String, sealed: [UInt8], createdAt: Timestamp, attempts: Int = 0, dueAt: Timestamp, isParked: Bool = false
    ) {
        self.id = id
        self.sealed = sealed
        self.createdAt = createdAt
        self.attempts = attempts
        self.dueAt = dueAt
        self.isParked = isParked
    }
}
