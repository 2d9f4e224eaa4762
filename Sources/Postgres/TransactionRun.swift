#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs a closure in a transaction on one connection, again where another was in its way.
struct TransactionRun {
    /// What one connection has come to with it.
    enum Ending<Value> {
        case over(Result<Value, any Error>)
        /// The connection was lost before a commit was sent: another may do it. Whether the transaction had begun.
        case lost(PostgresFailure, begun: Bool)
    }

    private enum Round<Value> {
        case over(Result<Value, any Error>)
        case lost(PostgresFailure, begun: Bool)
        case conflict(any Error, PostgresFailure)
    }

    let connection: PostgresConnection
    let kind: PostgresTransaction.Kind
    let deadline: Duration

    func run<Value>(_ body: (PostgresTransaction) throws -> Value) -> Ending<Value> {
        // Who has waited for that long is not to cost the connection too.
        guard now < deadline else { return .over(.failure(PostgresFailure(.late, "the transaction was too late"))) }
        var (tries, doubts) = (0, 0)
        while true {
            switch once(body) {
            case .over(let result): return .over(result)
            case .lost(let failure, let begun): return .lost(failure, begun: begun)
            case .conflict(let error, let failure):
                tries += 1
                if failure.state?.isConflict == false { doubts += 1 }
                let pause = pause(after: tries)
                guard doubts < 2, connection.clock.elapsed() + pause < deadline else { return .over(.failure(error)) }
                _ = poll(nil, 0, pause.millisecondsUp)
            }
        }
    }

    private func once<Value>(_ body: (PostgresTransaction) throws -> Value) -> Round<Value> {
        do throws(PostgresFailure) {
            if let begin = kind.begin {
                try connection.runScript(begin, until: min(deadline, now + connection.deadlines.statement))
            }
        } catch {
            let isLost = connection.isSpent && error.reason != .late
            // Whether a transaction is open nobody knows.
            connection.isSpent = true
            return isLost ? .lost(error, begun: false) : .over(.failure(error))
        }
        let transaction = PostgresTransaction(connection, kind, until: deadline)
        let result = Result { try body(transaction) }
        if let failure = transaction.failure {
            let error = if case .failure(let error) = result { error } else { failure as any Error }
            return round(of: failure, error)
        }
        switch result {
        case .failure(let error):
            rollBack()
            return .over(.failure(error))
        case .success(let value):
            return commit(value)
        }
    }

    /// What comes of a transaction in which a statement has failed, whatever its closure has made of it.
    private func round<Value>(of failure: PostgresFailure, _ error: any Error) -> Round<Value> {
        // Who has become a standby, or is told to refuse writes, may be one of several.
        connection.isReadOnly = [.write, .single].contains(kind) && failure.state?.code == "25006"
        let isSimplyLost = kind == .single && connection.isSpent && failure.reason != .late
        let mayBeElsewhere = failure.reason == .lost || connection.isReadOnly || isSimplyLost
        // Of a pool's idle connections each may be found lost by such a statement, as it is by a BEGIN.
        let begun = kind != .single
        if connection.isSpent { return mayBeElsewhere ? .lost(failure, begun: begun) : .over(.failure(error)) }
        rollBack()
        guard let state = failure.state, kind != .exclusive, state.isConflict || state.mayBeConflict else {
            return .over(.failure(error))
        }
        return .conflict(error, failure)
    }

    private func commit<Value>(_ value: Value) -> Round<Value> {
        if kind == .single { return .over(.success(value)) }
        do throws(PostgresFailure) {
            let end = max(deadline, now + .seconds(2))
            let tag = try connection.runScript("COMMIT", until: end).tag
            guard tag == "COMMIT" else {
                return .over(.failure(PostgresFailure(.misused, "COMMIT was answered with \(tag)")))
            }
            return .over(.success(value))
        } catch {
            // A commit is not cancelled: it may be done already, and wait for a replica.
            connection.wasLate = false
            // What was read is one consistent state all the same.
            if kind == .read { return .over(.success(value)) }
            if connection.isSpent || error.state?.leavesOutcomeUnknown == true {
                return .over(.failure(error.inCommit))
            }
            return error.state?.isConflict == true ? .conflict(error, error) : .over(.failure(error))
        }
    }

    private func rollBack() {
        if kind == .single { return }
        do throws(PostgresFailure) {
            try connection.runScript("ROLLBACK", until: now + .seconds(1))
        } catch {
            // The server undoes what a lost connection has begun.
            connection.isSpent = true
        }
    }

    private var now: Duration { connection.clock.elapsed() }

    /// From nothing to twice as long as before, a tenth of a second at most.
    private func pause(after tries: Int) -> Duration {
        .milliseconds(100) * min(1, 0.002 * Double(1 << min(tries, 10))) * connection.clock.fraction()
    }
}
