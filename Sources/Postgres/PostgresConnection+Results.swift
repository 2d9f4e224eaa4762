import CPQ

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PostgresConnection {
    /// Sends what libpq still has, and waits for all that the server answers; throws the first error among it.
    func results(until deadline: Duration) throws(PostgresFailure) -> [PostgresRows] {
        try flush(until: deadline)
        var rows: [PostgresRows] = []
        var failure: PostgresFailure?
        while let result = unsafe try nextResult(until: deadline) {
            switch unsafe PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                rows.append(unsafe PostgresRows(result))
            default:
                failure = failure ?? (unsafe refusal(in: result))
                unsafe PQclear(result)
            }
        }
        if unsafe PQstatus(handle) == CONNECTION_BAD {
            isSpent = true
            throw PostgresFailure(.lost, failure.map { "\($0)" } ?? Self.sentence(of: handle))
        }
        if let failure {
            if failure.state?.endsConnection == true { isSpent = true }
            throw failure
        }
        return rows
    }

    /// Whether the server answers within a second, or the time that a connection to it may take where that is less.
    func isAnswered() -> Bool {
        do throws(PostgresFailure) {
            try runScript("", until: clock.elapsed() + min(deadlines.connect, .seconds(1)))
            return true
        } catch {
            return false
        }
    }

    /// Waits until others have said something, and gives that; nil when a descriptor can be read. What came before the
    /// connection was lost is given first.
    func news(or waking: Int32, until deadline: Duration) throws(PostgresFailure) -> [PostgresNotification]? {
        var patience = Duration.milliseconds(1)
        while true {
            let heard = notifications()
            if !heard.isEmpty { return heard }
            guard unsafe PQstatus(handle) != CONNECTION_BAD else { throw loss() }
            let end = try SocketWait(unsafe PQsocket(handle), clock).wait(
                for: Int16(POLLIN), or: waking, until: deadline, noLongerThan: speaksTLS ? patience : nil)
            if end == .other { return nil }
            // As for a result. It stays below a second: a record may come just before libpq is made to read.
            patience = end == .patience ? min(patience * 2, .seconds(1)) : .milliseconds(1)
            if unsafe PQconsumeInput(handle) != 1 {
                let last = notifications()
                guard last.isEmpty else { return last }
                throw loss()
            }
        }
    }

    /// What libpq has read of other connections' messages and not handed out.
    private func notifications() -> [PostgresNotification] {
        var heard: [PostgresNotification] = []
        while let news = unsafe PQnotifies(handle) {
            defer { unsafe PQfreemem(news) }
            heard.append(
                PostgresNotification(
                    channel: unsafe String(cString: news.pointee.relname),
                    payload: unsafe String(cString: news.pointee.extra)))
        }
        return heard
    }

    private func flush(until deadline: Duration) throws(PostgresFailure) {
        while true {
            switch unsafe PQflush(handle) {
            case 0: return
            case 1:
                // The server may want to be read before it reads on.
                try wait(Int16(POLLIN | POLLOUT), until: deadline)
                if unsafe PQconsumeInput(handle) != 1 { throw loss() }
            default: throw loss()
            }
        }
    }

    /// libpq may read a part of a record of TLS, whose rest then lies where no wait for the socket sees it, and nothing
    /// tells that it does: so it is made to read again after a little while, and ever longer ones.
    private func nextResult(until deadline: Duration) throws(PostgresFailure) -> OpaquePointer? {
        var patience = Duration.milliseconds(1)
        while unsafe PQisBusy(handle) == 1 {
            let end = try wait(Int16(POLLIN), until: deadline, noLongerThan: speaksTLS ? patience : nil)
            patience = end == .patience ? patience * 2 : .milliseconds(1)
            // What came before the loss is still to be read, the reason above all.
            if unsafe PQconsumeInput(handle) != 1 { break }
        }
        return unsafe PQgetResult(handle)
    }

    private var speaksTLS: Bool { unsafe PQsslInUse(handle) == 1 }

    @discardableResult
    private func wait(
        _ events: Int16, until deadline: Duration, noLongerThan patience: Duration? = nil
    ) throws(PostgresFailure) -> SocketWait.End {
        do throws(PostgresFailure) {
            return try SocketWait(unsafe PQsocket(handle), clock).wait(
                for: events, until: deadline, noLongerThan: patience)
        } catch {
            isSpent = true
            wasLate = error.reason == .late
            wasSilent = wasLate
            throw error
        }
    }

    private func refusal(in result: OpaquePointer) -> PostgresFailure {
        // Neither the detail nor the context: they hold values.
        func field(_ code: Unicode.Scalar) -> String? {
            unsafe PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        guard let code = field("C") else { return PostgresFailure(.lost, Self.sentence(of: handle)) }
        return PostgresFailure(.refused(SQLState(code)), field("M") ?? "no message")
    }
}
