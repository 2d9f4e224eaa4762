import CPQ

/// What a statement has answered: its rows, and how many it has changed.
public final class PostgresRows {
    private let result: OpaquePointer
    private let columns: [String: Int32]

    /// Takes over an answer of libpq's.
    init(_ result: OpaquePointer) {
        unsafe self.result = result
        var columns: [String: Int32] = [:]
        for column in 0..<(unsafe PQnfields(result)) {
            if let name = unsafe PQfname(result, column) { unsafe columns[String(cString: name)] = column }
        }
        self.columns = columns
    }

    deinit { unsafe PQclear(result) }

    /// How many rows there are.
    public var count: Int { Int(unsafe PQntuples(result)) }

    /// How many rows the statement inserted, changed or deleted itself, cascades apart.
    public var changed: Int { unsafe PQcmdTuples(result).map { Int(String(cString: $0)) ?? 0 } ?? 0 }

    /// What the server says that it has done, such as `COMMIT`.
    var tag: String { unsafe PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    /// The text of a column, nil for NULL; throws ``PostgresFailure`` for a column of another type or name.
    public func text(_ column: String, of row: Int) throws(PostgresFailure) -> String? {
        try value(column, row, [PostgresType.text, PostgresType.varchar, PostgresType.name]).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The whole number of a column, nil for NULL; throws ``PostgresFailure`` for a column of another type or name.
    public func integer(_ column: String, of row: Int) throws(PostgresFailure) -> Int64? {
        guard let bytes = try value(column, row, [PostgresType.bigint, PostgresType.integer]) else { return nil }
        let bits = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return bytes.count == 8 ? Int64(bitPattern: bits) : Int64(Int32(truncatingIfNeeded: bits))
    }

    /// The bytes of a column, nil for NULL; throws ``PostgresFailure`` for a column of another type or name.
    public func bytes(_ column: String, of row: Int) throws(PostgresFailure) -> [UInt8]? {
        try value(column, row, [PostgresType.bytes])
    }

    private func value(_ name: String, _ row: Int, _ types: [UInt32]) throws(PostgresFailure) -> [UInt8]? {
        guard let column = columns[name], row < count else {
            throw PostgresFailure(.misused, "there is no column '\(name)'")
        }
        let row = Int32(row)
        guard types.contains(unsafe PQftype(result, column)) else {
            throw PostgresFailure(.misused, "the column '\(name)' is of another type")
        }
        if unsafe PQgetisnull(result, row, column) == 1 { return nil }
        let length = Int(unsafe PQgetlength(result, row, column))
        guard let start = unsafe PQgetvalue(result, row, column) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: length))
    }
}
