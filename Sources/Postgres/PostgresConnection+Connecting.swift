import CPQ

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PostgresConnection {
    /// Connects to the first of some servers that answers in its time and is what the target wants. One after another,
    /// for libpq leaves a host that is silent only when it may block. Looking up a name may block all the same.
    static func open(
        _ servers: PostgresServers, clock: PostgresClock, deadlines: PostgresDeadlines
    ) throws(PostgresFailure) -> PostgresConnection {
        try servers.firstGood { parameters throws(PostgresFailure) in
            try open(parameters, clock: clock, deadlines: deadlines)
        }
    }

    private static func open(
        _ parameters: [String: String], clock: PostgresClock, deadlines: PostgresDeadlines
    ) throws(PostgresFailure) -> PostgresConnection {
        let deadline = clock.elapsed() + deadlines.connect
        let parameters = standard.merging(parameters) { $1 }.sorted { $0.key < $1.key }
        let (keywords, values) = (CTexts(parameters.map(\.key)), CTexts(parameters.map(\.value)))
        let handle = unsafe PQconnectStartParams(keywords.pointers, values.pointers, 0)
        guard let handle = unsafe handle else { throw PostgresFailure(.unreachable(nil), "out of memory") }
        // Owns it from here on, and ends it where this throws.
        let connection = unsafe PostgresConnection(handle, clock: clock, deadlines: deadlines)
        // Else libpq prints them.
        unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
        // Of a failure to connect there is but a sentence; a verbose one has the code in it.
        unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        var state = PGRES_POLLING_WRITING
        if unsafe PQstatus(handle) == CONNECTION_BAD { state = PGRES_POLLING_FAILED }
        while state != PGRES_POLLING_OK {
            guard state != PGRES_POLLING_FAILED else { throw unsafe unreachable(sentence(of: handle)) }
            let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
            do {
                _ = try SocketWait(unsafe PQsocket(handle), clock).wait(for: Int16(events), until: deadline)
            } catch {
                let names = ["host", "hostaddr"].compactMap { name in parameters.first { $0.key == name }?.value }
                let host = names.count == 2 ? "\(names[0]) (\(names[1]))" : names.first ?? "the server"
                throw PostgresFailure(.unreachable(nil), "\(host) did not answer in time")
            }
            state = unsafe PQconnectPoll(handle)
        }
        do throws(PostgresFailure) {
            guard unsafe PQsetnonblocking(handle, 1) == 0 else { throw connection.loss() }
            try connection.prepareSession(until: deadline)
        } catch {
            throw PostgresFailure(.unreachable(error.state), error.message)
        }
        return connection
    }

    /// What stands where the URL is silent. GSS is off, for its tickets are looked for by blocking calls. A standby is
    /// no server to speak with: it takes no writes, and what it shows may be old.
    private static let standard = [
        "target_session_attrs": "primary",
        "client_encoding": "UTF8", "fallback_application_name": "auth-gateway", "gssencmode": "disable",
        "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "15000",
    ]

    /// Has the server give up what nobody waits for any more, and not answer a commit before it is on the disk.
    private func prepareSession(until deadline: Duration) throws(PostgresFailure) {
        let (statement, idle) = (deadlines.statement.millisecondsUp, deadlines.transaction.millisecondsUp)
        let rows = try runScript(
            """
            SET statement_timeout = \(statement);
            SET default_transaction_isolation = 'read committed';
            SET idle_in_transaction_session_timeout = \(idle.multipliedReportingOverflow(by: 2).partialValue);
            SELECT set_config('synchronous_commit',
                CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
                ELSE current_setting('synchronous_commit') END, false);
            SELECT current_setting('server_encoding') AS encoding
            """, until: deadline)
        guard try rows.text("encoding", of: 0) == "UTF8" else {
            throw PostgresFailure(.misused, "the database's encoding is not UTF8, make it with ENCODING 'UTF8'")
        }
    }

    private static func unreachable(_ sentence: String) -> PostgresFailure {
        let code = sentence.firstMatch(of: #/(FATAL|ERROR|PANIC):  ([0-9A-Z]{5}): /#)
        let state = code.map { SQLState(String($0.2)) }
        return PostgresFailure(.unreachable(state), sentence)
    }
}

/// Texts as C has them, with a null behind the last.
private final class CTexts {
    let pointers: [UnsafePointer<CChar>?]

    init(_ texts: [String]) { unsafe pointers = texts.map { unsafe UnsafePointer(strdup($0)) } + [nil] }

    deinit { for text in unsafe pointers { unsafe free(UnsafeMutableRawPointer(mutating: text)) } }
}
