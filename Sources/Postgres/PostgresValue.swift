/// A parameter's value; its case is the type that is declared to the server, so a missing value has one too.
public enum PostgresValue: Hashable, Sendable {
    /// `text`; one with NUL is refused before it is sent.
    case text(String?)
    /// `bigint`.
    case integer(Int64?)
    /// `bytea`.
    case bytes([UInt8]?)

    /// The type's number in the server's catalogue, which is the same everywhere.
    var type: UInt32 {
        switch self {
        case .text: PostgresType.text
        case .integer: PostgresType.bigint
        case .bytes: PostgresType.bytes
        }
    }

    /// The value in the protocol's binary form; nil for NULL.
    var binary: [UInt8]? {
        switch self {
        case .text(let text): text.map { Array($0.utf8) }
        case .integer(let integer): integer.map { withUnsafeBytes(of: $0.bigEndian) { Array($0) } }
        case .bytes(let bytes): bytes
        }
    }

    var holdsNUL: Bool {
        guard case .text(let text?) = self else { return false }
        return text.utf8.contains(0)
    }
}

/// Numbers of types in the server's catalogue (`pg_type.dat`).
enum PostgresType {
    static let bytes: UInt32 = 17
    static let name: UInt32 = 19
    static let bigint: UInt32 = 20
    static let integer: UInt32 = 23
    static let text: UInt32 = 25
    static let varchar: UInt32 = 1043
}
