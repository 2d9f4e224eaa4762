import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite(.timeLimit(.minutes(5))) struct StorageMetersTests {
    @Test func `transactions are timed by kind, and failures counted by what a caller can do about them`() async throws
    {
        let (metrics, time) = (RecordedMetrics(), ManualTime())
        let meters = StorageMeters(in: metrics)
        let errors: [StorageError?] = [
            nil, .unavailable(cause: QueueFailure.full), .unavailable(cause: CancellationError()),
            .outcomeUnknown(cause: QueueFailure.late), .broken(cause: QueueFailure.late),
        ]
        for error in errors {
            try? await meters.timing(.write, by: time) { () async throws(StorageError) in
                time.advance(by: .milliseconds(5))
                if let error { throw error }
            }
        }
        try await meters.timing(.read, by: time) { () async throws(StorageError) in }
        let name = "auth_gateway_storage_transaction_seconds"
        #expect(metrics.recorded(name, ["kind": "write"]) == Array(repeating: 0.005, count: errors.count))
        #expect(metrics.recorded(name, ["kind": "read"]) == [0])
        #expect(
            ["unavailable", "unknown", "broken"].map {
                metrics.value("auth_gateway_storage_failures_total", ["reaction": $0])
            } == [1, 1, 1])
    }

    @Test func `every transaction of SQLite passes them`() async throws {
        let metrics = RecordedMetrics()
        let folder = try TemporaryFolder()
        let store = try await SQLiteStorage.open(
            path: folder.file("auth.db"), time: SystemTime(), meters: StorageMeters(in: metrics))
        let count = { (kind: String) in
            metrics.value("auth_gateway_storage_transaction_seconds", ["kind": kind]) ?? -1
        }
        let (reads, writes) = (count("read"), count("write"))
        _ = try await store.read { records throws(StorageError) in try records.outbox.counts().waiting }
        try await store.checkReadiness()
        try await store.write { _ throws(StorageError) in }
        #expect(count("read") - reads == 2)
        #expect(count("write") - writes == 1)
        #expect(writes > 0)
    }
}
