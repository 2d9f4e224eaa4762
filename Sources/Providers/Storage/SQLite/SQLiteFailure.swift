import GRDB
import GatewayKit

/// What SQLite said went wrong: its code, its sentence and the statement, never a value.
struct SQLiteFailure: Error, CustomStringConvertible {
    /// Where in a transaction it went wrong.
    enum Step {
        case begin, read, write, commit
    }

    let code: ResultCode
    let message: String
    let statement: String?

    init(code: ResultCode, message: String, statement: String? = nil) {
        self.code = code
        self.message = message
        self.statement = statement
    }

    var description: String {
        "SQLite error \(code.rawValue) (\(message))" + (statement.map { " in \"\($0)\"" } ?? "")
    }

    /// How a caller can react to whatever was thrown in a step; its own errors pass as they are.
    static func reaction(to error: any Error, in step: Step) -> StorageError {
        switch error {
        case let error as StorageError: error
        case let error as SQLiteFailure: error.reaction(in: step)
        case let error as DatabaseError:
            SQLiteFailure(
                code: error.extendedResultCode, message: error.message ?? "no message", statement: error.sql
            ).reaction(in: step)
        default: .broken(cause: error)
        }
    }

    private func reaction(in step: Step) -> StorageError {
        switch code.primaryResultCode {
        // The commit's frames may have reached the file although syncing failed; a crash now could bring them back.
        case .SQLITE_IOERR where step == .commit: .outcomeUnknown(cause: self)
        // A reader cannot write: the closure should not have tried.
        case .SQLITE_READONLY where step == .read: .broken(cause: self)
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN,
            .SQLITE_PERM, .SQLITE_PROTOCOL, .SQLITE_NOMEM, .SQLITE_INTERRUPT:
            .unavailable(cause: self)
        default: .broken(cause: self)
        }
    }
}
