/// The clock that deadlines go by, and the source of jitter.
public struct PostgresClock: Sendable {
    /// Time since some fixed moment, which never goes back.
    let elapsed: @Sendable () -> Duration
    /// Waits, and throws as soon as the task is cancelled.
    let sleep: @Sendable (Duration) async throws -> Void
    /// An unpredictable number from 0 to 1.
    let fraction: @Sendable () -> Double

    /// States every part. A connection waits for its socket by the system's clock, whatever this one says meanwhile.
    public init(
        elapsed: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void,
        fraction: @escaping @Sendable () -> Double
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
        self.fraction = fraction
    }
}

/// How long each thing may take.
public struct PostgresDeadlines: Hashable, Sendable {
    /// To connect to one of the hosts.
    public var connect: Duration
    /// To run one statement.
    public var statement: Duration
    /// To wait until a connection is free.
    public var wait: Duration
    /// To run a transaction, from the call on; a commit that was sent late has two seconds all the same.
    public var transaction: Duration

    /// States every part.
    public init(
        connect: Duration = .seconds(3), statement: Duration = .seconds(5), wait: Duration = .seconds(5),
        transaction: Duration = .seconds(6)
    ) {
        self.connect = connect
        self.statement = statement
        self.wait = wait
        self.transaction = transaction
    }
}

extension Duration {
    /// In whole milliseconds, rounded up, as far as they fit.
    var millisecondsUp: Int32 {
        let (seconds, attoseconds) = components
        let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + rest)
    }
}
