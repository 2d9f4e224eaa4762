import GatewayKit
import GatewayPostgres

extension PostgresFailure {
    /// How a caller can react.
    func reaction(in kind: PostgresTransaction.Kind) -> StorageError {
        switch reason {
        case .unreachable, .lost, .late, .turnedAway: .unavailable(cause: self)
        case .outcomeUnknown: .outcomeUnknown(cause: self)
        case .refused(let state): state.passes(in: kind) ? .unavailable(cause: self) : .broken(cause: self)
        default: .broken(cause: self)
        }
    }

    /// How a caller can react to whatever a transaction threw; its own errors pass as they are.
    static func reaction(to error: any Error, in kind: PostgresTransaction.Kind) -> StorageError {
        switch error {
        case let error as StorageError: error
        case let error as PostgresFailure: error.reaction(in: kind)
        case is CancellationError: .unavailable(cause: error)
        default: .broken(cause: error)
        }
    }
}

extension SQLState {
    /// Whether the same may be done later, when the server can: by class where all of it is the server's state.
    fileprivate func passes(in kind: PostgresTransaction.Kind) -> Bool {
        switch code {
        // A reader cannot write: the closure should not have tried.
        case "25006": kind != .read
        // Locks are not waited for longer, or a standby needs what is read.
        case "55P03", "55006": true
        default: ["08", "40", "53", "57", "58"].contains(self.kind)
        }
    }
}
