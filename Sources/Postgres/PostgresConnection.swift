import CPQ

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One connection to a server, for one thread. Each call ends by its deadline, whatever the server does: libpq never
/// waits itself, but `SocketWait.swift` does for it. `PostgresConnection+Connecting.swift` makes one, and
/// `PostgresConnection+Results.swift` collects what comes back.
final class PostgresConnection {
    let handle: OpaquePointer
    let clock: PostgresClock
    let deadlines: PostgresDeadlines
    /// Whether nothing more can be asked of it: its answer would be another statement's, or it is gone.
    var isSpent = false
    /// Whether its server has refused to write for a transaction that may.
    var isReadOnly = false
    /// Whether its server has not answered in time: so may others have lost theirs.
    var wasSilent = false
    /// Whether the server may still be at work on what nobody waits for.
    var wasLate = false
    private var prepared: [String: Prepared] = [:]
    private var preparedCount = 0

    private struct Prepared {
        let name: String
        let parameters: [String]
        let types: [UInt32]
    }

    /// Takes over a connection of libpq's that is made.
    init(_ handle: OpaquePointer, clock: PostgresClock, deadlines: PostgresDeadlines) {
        unsafe self.handle = handle
        self.clock = clock
        self.deadlines = deadlines
    }

    /// Says goodbye, without waiting for anything.
    deinit { unsafe PQfinish(handle) }

    /// Runs one statement, prepared at its first use, with the values of its parameters by their names.
    func run(
        _ statement: String, _ values: [String: PostgresValue] = [:], until deadline: Duration
    ) throws(PostgresFailure) -> PostgresRows {
        do throws(PostgresFailure) {
            let prepared = try prepare(statement, values, until: deadline)
            try send(prepared, values)
            guard let rows = try results(until: deadline).last else { throw unreadable() }
            return rows
        } catch {
            throw PostgresFailure(error.reason, error.message, statement: statement)
        }
    }

    /// Runs a text of several statements without parameters; what the last has answered.
    @discardableResult
    func runScript(_ script: String, until deadline: Duration) throws(PostgresFailure) -> PostgresRows {
        try check(unsafe PQsendQuery(handle, script))
        guard let rows = try results(until: deadline).last else { throw unreadable() }
        return rows
    }

    private func prepare(
        _ statement: String, _ values: [String: PostgresValue], until deadline: Duration
    ) throws(PostgresFailure) -> Prepared {
        if let known = prepared[statement], known.types == known.parameters.map({ values[$0]?.type }) {
            return try known.parameters.count == values.count ? known : refuse(values, known.parameters)
        }
        let named = NamedStatement(statement)
        let types = named.names.compactMap { values[$0]?.type }
        guard types.count == named.names.count, types.count == values.count else {
            return try refuse(values, named.names)
        }
        preparedCount += 1
        let new = Prepared(name: "s\(preparedCount)", parameters: named.names, types: types)
        try check(unsafe PQsendPrepare(handle, new.name, named.text, Int32(types.count), types))
        _ = try results(until: deadline)
        prepared[statement] = new
        return new
    }

    private func refuse(_ values: [String: PostgresValue], _ names: [String]) throws(PostgresFailure) -> Prepared {
        let odd = Set(values.keys).symmetricDifference(names).sorted()
        throw PostgresFailure(.misused, "parameters and values differ: \(odd.joined(separator: ", "))")
    }

    private func send(_ statement: Prepared, _ values: [String: PostgresValue]) throws(PostgresFailure) {
        // All values in one buffer, and where each begins; a NULL begins nowhere. Never empty, or it had no address.
        var buffer: [UInt8] = [0]
        var places: [Range<Int>?] = []
        for name in statement.parameters {
            guard let value = values[name], !value.holdsNUL else {
                throw PostgresFailure(.misused, "NUL in the text '\(name)'")
            }
            let binary = value.binary
            places.append(binary.map { buffer.count..<buffer.count + $0.count })
            buffer += binary ?? []
        }
        let lengths = places.map { Int32(clamping: $0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: places.count)
        let sent = unsafe buffer.withUnsafeBytes { bytes in
            let base = unsafe bytes.bindMemory(to: CChar.self).baseAddress
            let pointers = unsafe places.map { place in
                unsafe place.flatMap { unsafe base?.advanced(by: $0.lowerBound) }
            }
            return unsafe PQsendQueryPrepared(
                handle, statement.name, Int32(places.count), pointers, lengths, formats, 1)
        }
        try check(sent)
    }

    /// Throws unless libpq has taken what it was given; it refuses on a connection that is lost.
    private func check(_ taken: Int32) throws(PostgresFailure) {
        if taken != 1 { throw loss() }
    }

    private func unreadable() -> PostgresFailure {
        isSpent = true
        return PostgresFailure(.lost, "the server's answer cannot be read")
    }

    /// What libpq says of a connection that does not work any more.
    func loss() -> PostgresFailure {
        isSpent = true
        return PostgresFailure(.lost, Self.sentence(of: handle))
    }

    /// What libpq says last, in one line.
    static func sentence(of handle: OpaquePointer) -> String {
        let text = unsafe PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
        let told = lines.filter { !$0.hasPrefix("LOCATION:") }.joined(separator: "; ")
        return told.isEmpty ? "the connection was lost" : told
    }
}
