import GatewayKit
import GatewayPostgres

/// Runs statements in a transaction of the client's.
struct PostgresSQLConnection: SQLConnection {
    let transaction: PostgresTransaction

    @discardableResult
    func execute(_ statement: StaticString, _ values: [String: SQLValue]) throws(StorageError) -> Int {
        try reacting { () throws(PostgresFailure) in
            try transaction.run(statement.description, values.mapValues(\.parameter)).changed
        }
    }

    func rows<Element>(
        _ statement: StaticString, _ values: [String: SQLValue], _ read: (any SQLRow) throws(StorageError) -> Element
    ) throws(StorageError) -> [Element] {
        let rows = try reacting { () throws(PostgresFailure) in
            try transaction.run(statement.description, values.mapValues(\.parameter))
        }
        var elements: [Element] = []
        elements.reserveCapacity(rows.count)
        for index in 0..<rows.count { elements.append(try read(PostgresRow(rows: rows, index: index))) }
        return elements
    }

    func run(script: String) throws(StorageError) {
        try reacting { () throws(PostgresFailure) in try transaction.run(script: script) }
    }

    var locksRows: Bool { true }

    func isAlone(at work: SharedWork) throws(StorageError) -> Bool {
        try row(
            "SELECT CASE WHEN pg_try_advisory_xact_lock(6075114, CAST(:number AS INTEGER)) THEN 1 ELSE 0 END AS alone",
            ["number": .integer(work.lock)]
        ) { row throws(StorageError) in try row.boolean("alone") } ?? false
    }

    private func reacting<Value>(_ body: () throws(PostgresFailure) -> Value) throws(StorageError) -> Value {
        do {
            return try body()
        } catch {
            throw error.reaction(in: transaction.kind)
        }
    }
}

/// A row of the client's.
private struct PostgresRow: SQLRow {
    let rows: PostgresRows
    let index: Int

    func optionalText(_ column: String) throws(StorageError) -> String? {
        try reading(column) { () throws(PostgresFailure) in try rows.text(column, of: index) }
    }

    func optionalInteger(_ column: String) throws(StorageError) -> Int64? {
        try reading(column) { () throws(PostgresFailure) in try rows.integer(column, of: index) }
    }

    func optionalBlob(_ column: String) throws(StorageError) -> [UInt8]? {
        try reading(column) { () throws(PostgresFailure) in try rows.bytes(column, of: index) }
    }

    private func reading<Value>(
        _ column: String, _ body: () throws(PostgresFailure) -> Value
    ) throws(StorageError) -> Value {
        do {
            return try body()
        } catch {
            throw .broken(cause: UnreadableColumn(column))
        }
    }
}

extension SQLValue {
    fileprivate var parameter: PostgresValue {
        switch self {
        case .text(let text): .text(text)
        case .integer(let integer): .integer(integer)
        case .blob(let bytes): .bytes(bytes)
        }
    }
}

extension SharedWork {
    /// The second number of the advisory lock that is held at it; 1 is that of migrations, 2 of the revocation log.
    var lock: Int64 {
        switch self {
        case .chores: 3
        }
    }
}
