import Dispatch
import GatewayKit
import GatewayTestServers

extension Storage {
    /// Runs a test's body while a transaction of this store does the chores; whether that was the only one at them.
    func isAloneAtChores(during body: () async throws -> Void) async throws -> Bool {
        let (begun, proceed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let isAlone = write { records throws(StorageError) in
            let isAlone = try records.isAlone(at: .chores)
            begun.signal()
            proceed.hold()
            return isAlone
        }
        try await begun.signalled()
        defer { proceed.signal() }
        try await body()
        proceed.signal()
        return try await isAlone
    }

    /// Whether a transaction of this store is the only one at the chores now.
    func isAloneAtChores() async throws -> Bool {
        try await write { records throws(StorageError) in try records.isAlone(at: .chores) }
    }
}
