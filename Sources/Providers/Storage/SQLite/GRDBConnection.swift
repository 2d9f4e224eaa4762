import Foundation
import GRDB
import GatewayKit

/// Runs statements on a connection of GRDB's, prepared once per connection and bound by name: SQLite numbers parameters
/// by their first appearance, so positions would not do.
struct GRDBConnection: SQLConnection {
    let database: Database
    let access: SQLiteFailure.Step

    var locksRows: Bool { false }

    /// SQLite has one writer at a time.
    func isAlone(at work: SharedWork) throws(StorageError) -> Bool { true }

    @discardableResult
    func execute(_ statement: StaticString, _ values: [String: SQLValue]) throws(StorageError) -> Int {
        do {
            try database.cachedStatement(sql: statement.description).execute(arguments: try Self.arguments(values))
            return database.changesCount
        } catch {
            throw SQLiteFailure.reaction(to: error, in: access)
        }
    }

    func rows<Element>(
        _ statement: StaticString, _ values: [String: SQLValue], _ read: (any SQLRow) throws(StorageError) -> Element
    ) throws(StorageError) -> [Element] {
        do {
            let prepared = try database.cachedStatement(sql: statement.description)
            let cursor = try Row.fetchCursor(prepared, arguments: try Self.arguments(values))
            var elements: [Element] = []
            while let row = try cursor.next() { elements.append(try read(GRDBRow(row: row))) }
            return elements
        } catch {
            throw SQLiteFailure.reaction(to: error, in: access)
        }
    }

    func run(script: String) throws(StorageError) {
        do {
            try database.execute(sql: script)
        } catch {
            throw SQLiteFailure.reaction(to: error, in: access)
        }
    }

    private static func arguments(_ values: [String: SQLValue]) throws(SQLiteFailure) -> StatementArguments {
        var arguments: [String: (any DatabaseValueConvertible)?] = [:]
        for (name, value) in values { arguments[name] = .some(try databaseValue(value)) }
        return StatementArguments(arguments)
    }

    private static func databaseValue(_ value: SQLValue) throws(SQLiteFailure) -> DatabaseValue {
        switch value {
        case .text(let text?):
            // GRDB binds a C string, which would end at the NUL; PostgreSQL refuses such a text.
            guard !text.utf8.contains(0) else { throw SQLiteFailure(code: .SQLITE_MISUSE, message: "NUL in a text") }
            return text.databaseValue
        case .integer(let integer?): return integer.databaseValue
        case .blob(let bytes?): return Data(bytes).databaseValue
        case .text(nil), .integer(nil), .blob(nil): return .null
        }
    }
}

/// A row of GRDB's.
private struct GRDBRow: SQLRow {
    let row: Row

    func optionalText(_ column: String) throws(StorageError) -> String? {
        switch try storage(column) {
        case .null: nil
        case .string(let text): text
        default: throw .broken(cause: UnreadableColumn(column))
        }
    }

    func optionalInteger(_ column: String) throws(StorageError) -> Int64? {
        switch try storage(column) {
        case .null: nil
        case .int64(let integer): integer
        default: throw .broken(cause: UnreadableColumn(column))
        }
    }

    func optionalBlob(_ column: String) throws(StorageError) -> [UInt8]? {
        switch try storage(column) {
        case .null: nil
        case .blob(let data): Array(data)
        default: throw .broken(cause: UnreadableColumn(column))
        }
    }

    private func storage(_ column: String) throws(StorageError) -> DatabaseValue.Storage {
        guard row.hasColumn(column) else { throw .broken(cause: UnreadableColumn(column)) }
        let value: DatabaseValue = row[column]
        return value.storage
    }
}
