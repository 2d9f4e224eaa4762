/// One transaction, for the closure that it was begun for, on that closure's thread.
public final class PostgresTransaction {
    /// What a transaction may do.
    public enum Kind: Hashable, Sendable {
        /// Reads one consistent state.
        case read
        /// Reads and writes as if no other transaction ran; its closure may run again.
        case write
        /// Reads and writes, and sees before each statement what others have committed meanwhile: after a lock was
        /// waited for. Its statements have no deadline but the transaction's.
        case exclusive
        /// One statement that is a transaction of its own, for one way there and back. Where its connection is lost it
        /// runs again, and may so be done twice.
        case single

        var begin: String? {
            switch self {
            case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .write: "BEGIN ISOLATION LEVEL SERIALIZABLE"
            case .exclusive: "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0"
            case .single: nil
            }
        }
    }

    /// What it may do.
    public let kind: Kind
    private let connection: PostgresConnection
    private let deadline: Duration
    /// The first failure of a statement, behind which the server refuses everything.
    private(set) var failure: PostgresFailure?

    init(_ connection: PostgresConnection, _ kind: Kind, until deadline: Duration) {
        self.connection = connection
        self.kind = kind
        self.deadline = deadline
    }

    /// Runs one statement with the values of its parameters, which it names `:so`; throws ``PostgresFailure``.
    @discardableResult
    public func run(
        _ statement: String, _ values: [String: PostgresValue] = [:]
    ) throws(PostgresFailure) -> PostgresRows {
        try noting { () throws(PostgresFailure) in
            try connection.run(statement, values, until: end)
        }
    }

    /// Runs a text of several statements without parameters; throws ``PostgresFailure``.
    public func run(script: String) throws(PostgresFailure) {
        try noting { () throws(PostgresFailure) in _ = try connection.runScript(script, until: end) }
    }

    private var end: Duration {
        let now = connection.clock.elapsed()
        // A little later than the server's own deadline, so that its answer arrives and the connection can stay.
        let statement = now + connection.deadlines.statement + .milliseconds(250)
        return kind == .exclusive ? deadline : min(deadline, statement)
    }

    private func noting<Value>(_ body: () throws(PostgresFailure) -> Value) throws(PostgresFailure) -> Value {
        if let failure { throw failure }
        do {
            return try body()
        } catch {
            failure = error
            throw error
        }
    }
}
