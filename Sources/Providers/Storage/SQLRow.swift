import GatewayKit

/// One row of an answer; valid until the next is read. Each column is asked for by its name and type.
protocol SQLRow {
    /// The text of a column, nil for NULL.
    func optionalText(_ column: String) throws(StorageError) -> String?

    /// The number of a column, nil for NULL.
    func optionalInteger(_ column: String) throws(StorageError) -> Int64?

    /// The bytes of a column, nil for NULL.
    func optionalBlob(_ column: String) throws(StorageError) -> [UInt8]?
}

extension SQLRow {
    func text(_ column: String) throws(StorageError) -> String { try present(try optionalText(column), column) }

    func integer(_ column: String) throws(StorageError) -> Int64 { try present(try optionalInteger(column), column) }

    func blob(_ column: String) throws(StorageError) -> [UInt8] { try present(try optionalBlob(column), column) }

    func boolean(_ column: String) throws(StorageError) -> Bool { try integer(column) != 0 }

    func moment(_ column: String) throws(StorageError) -> Timestamp {
        Timestamp(milliseconds: try integer(column))
    }

    func optionalMoment(_ column: String) throws(StorageError) -> Timestamp? {
        try optionalInteger(column).map { Timestamp(milliseconds: $0) }
    }

    /// The case of an enumeration that a column names.
    func word<Word: RawRepresentable<String>>(_ column: String) throws(StorageError) -> Word {
        guard let word = Word(rawValue: try text(column)) else { throw .broken(cause: UnreadableColumn(column)) }
        return word
    }

    private func present<Value>(_ value: Value?, _ column: String) throws(StorageError) -> Value {
        guard let value else { throw .broken(cause: UnreadableColumn(column)) }
        return value
    }
}

/// A column does not hold what this program writes into it.
struct UnreadableColumn: Error, CustomStringConvertible {
    let column: String

    init(_ column: String) { self.column = column }

    var description: String { "the column '\(column)' does not hold what auth-gateway writes into it" }
}
