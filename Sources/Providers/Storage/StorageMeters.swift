import CoreMetrics
import GatewayKit

/// Times a store's transactions, the wait for a connection included, and counts those that fail by what a caller can do
/// about it. Each engine calls it where all its transactions pass.
struct StorageMeters: Sendable {
    enum Kind: String, CaseIterable {
        case read, write
    }

    private enum Failure: String, CaseIterable {
        case unavailable, unknown, broken
    }

    private let timers: [Kind: CoreMetrics.Timer]
    private let failures: OutcomeCounter<Failure>

    init(in factory: any MetricsFactory = NOOPMetricsHandler.instance) {
        let made = Kind.allCases.map { kind in
            let dimensions = [("kind", kind.rawValue)]
            let name = "auth_gateway_storage_transaction_seconds"
            return (kind, CoreMetrics.Timer(label: name, dimensions: dimensions, factory: factory))
        }
        timers = Dictionary(uniqueKeysWithValues: made)
        failures = OutcomeCounter("auth_gateway_storage_failures_total", label: "reaction", in: factory)
    }

    /// Runs a transaction.
    func timing<Value>(
        _ kind: Kind, by time: any TimeSource, _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let start = time.elapsed()
        defer { timers[kind]?.record(time.elapsed() - start) }
        do {
            return try await body()
        } catch {
            if let failure = Self.failure(error) { failures.count(failure) }
            throw error
        }
    }

    /// Nil for a caller who has gone away, which says nothing of the store.
    private static func failure(_ error: StorageError) -> Failure? {
        switch error {
        case .unavailable(let cause): cause is CancellationError ? nil : .unavailable
        case .outcomeUnknown: .unknown
        case .broken: .broken
        }
    }
}
