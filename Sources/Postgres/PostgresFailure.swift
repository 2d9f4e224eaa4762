/// What went wrong between this client and a server, in a sentence without values, secrets or addresses of people.
public struct PostgresFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a caller can do about it.
    @nonexhaustive
    public enum Reason: Hashable, Sendable {
        /// No connection could be made; the server's SQLSTATE where it gave one.
        case unreachable(SQLState?)
        /// The connection was lost before a commit was sent: nothing was done.
        case lost
        /// A deadline has passed before a commit was sent: nothing was done, or it will be undone.
        case late
        /// Too many wait for a connection, or the pool is closed.
        case turnedAway
        /// The connection was lost, or a deadline has passed, between a commit and its answer.
        case outcomeUnknown
        /// The server has refused a statement; it was undone.
        case refused(SQLState)
        /// A statement, a parameter or a column is not what the other side takes it for.
        case misused
    }

    /// What a caller can do about it.
    public let reason: Reason
    /// What happened.
    public let message: String
    /// The statement, with its parameters' names in place of their values.
    public let statement: String?

    /// States every part.
    public init(_ reason: Reason, _ message: String, statement: String? = nil) {
        self.reason = reason
        self.message = message
        self.statement = statement
    }

    /// The code that the server has given.
    public var state: SQLState? {
        switch reason {
        case .refused(let state): state
        case .unreachable(let state): state
        default: nil
        }
    }

    public var description: String {
        let code = state.map { "PostgreSQL error \($0.code) (\(message))" } ?? message
        return code + (statement.map { " in \"\($0)\"" } ?? "")
    }

    /// The same for a connection that was given up while the answer to COMMIT was awaited.
    var inCommit: PostgresFailure { PostgresFailure(.outcomeUnknown, "\(message), in COMMIT") }
}
