import GatewayKit

/// One engine's connection inside one transaction; valid on its own thread, while the transaction lasts.
///
/// Statements are written once, in the subset that the engines share (ARCHITECTURE.md, "The store"), and name their
/// parameters `:so`. A `StaticString`, so that none is ever joined from parts.
protocol SQLConnection {
    /// Runs one statement; how many rows it inserted, changed or deleted itself, cascades apart.
    @discardableResult
    func execute(_ statement: StaticString, _ values: [String: SQLValue]) throws(StorageError) -> Int

    /// Runs one statement and reads each of its rows.
    func rows<Element>(
        _ statement: StaticString, _ values: [String: SQLValue], _ read: (any SQLRow) throws(StorageError) -> Element
    ) throws(StorageError) -> [Element]

    /// Runs a script of statements without parameters.
    func run(script: String) throws(StorageError)

    /// Whether several transactions write at once, so that rows are locked one by one.
    var locksRows: Bool { get }

    /// What ``Records/isAlone(at:)`` says.
    func isAlone(at work: SharedWork) throws(StorageError) -> Bool
}

extension SQLConnection {
    /// Runs one statement that finds at most one row.
    func row<Element>(
        _ statement: StaticString, _ values: [String: SQLValue], _ read: (any SQLRow) throws(StorageError) -> Element
    ) throws(StorageError) -> Element? {
        try rows(statement, values, read).first
    }
}

/// A parameter's value; its case is the type that is declared to the engine, so a missing value has one too.
enum SQLValue: Hashable, Sendable {
    /// `text`; one with NUL is refused, for no engine keeps it alike.
    case text(String?)
    /// `bigint`.
    case integer(Int64?)
    /// `bytea`.
    case blob([UInt8]?)

    /// Truth, as 0 or 1.
    static func boolean(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

    /// A moment, in milliseconds.
    static func moment(_ value: Timestamp?) -> SQLValue { .integer(value?.milliseconds) }

    /// How many rows at most; never below none, for SQLite takes a negative one for no limit.
    static func limit(_ value: Int) -> SQLValue { .integer(Int64(max(0, value))) }
}
