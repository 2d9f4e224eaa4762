public import GatewayKit
import Synchronization

/// A whole store in memory, one transaction at a time, which a test can put out of reach.
///
/// `InMemoryRecords.swift` is one transaction's view of the tables; the other files hold one or two kinds of records
/// each.
public final class InMemoryStorage: Storage {
    /// What a test can break.
    public enum Fault: Sendable {
        /// Nothing is done, and every call is refused.
        case unavailable
        /// Writes are committed, but nobody is told.
        case outcomeUnknown
        /// The store is damaged.
        case broken
        /// The audit trail takes no event: whatever writes one in its transaction is undone.
        case auditClosed
        /// Another node is at all that one at a time does.
        case notAlone
    }

    /// What a failure of this store names as its cause.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private struct State {
        var tables = Tables()
        var fault: Fault?
        var reads = 0
        var writes = 0
    }

    private let state = Mutex(State())
    private let repeatsWrites: Bool
    /// Whether it passes for one that gateways share.
    public let isShared: Bool

    /// Begins empty. With `repeatsWrites`, every write closure runs twice and the first run is undone, as an engine
    /// does after a serialization failure.
    public init(repeatsWrites: Bool = false) {
        self.repeatsWrites = repeatsWrites
        isShared = false
    }

    /// Begins empty, as one that gateways share or not.
    public init(isShared: Bool) {
        repeatsWrites = false
        self.isShared = isShared
    }

    /// Breaks the store, or, with nil, mends it.
    public func setFault(_ fault: Fault?) { state.withLock { $0.fault = fault } }

    /// How many reads were asked for, refused ones included.
    public var readCount: Int { state.withLock(\.reads) }

    /// How many writes were asked for, refused ones included.
    public var writeCount: Int { state.withLock(\.writes) }

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        await Task.yield()
        let (tables, fault) = state.withLock { state in
            state.reads += 1
            return (state.tables, state.fault)
        }
        if fault != .outcomeUnknown { try Self.check(fault) }
        return try body(InMemoryRecords(tables, canWrite: false))
    }

    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        await Task.yield()
        return try state.withLock { state throws(StorageError) in
            state.writes += 1
            if state.fault != .outcomeUnknown { try Self.check(state.fault) }
            if repeatsWrites { _ = try body(InMemoryRecords(state.tables, canWrite: true, fault: state.fault)) }
            let records = InMemoryRecords(state.tables, canWrite: true, fault: state.fault)
            let result = try body(records)
            state.tables = records.tables
            try Self.check(state.fault)
            return result
        }
    }

    /// All that is stored.
    var tables: Tables { state.withLock(\.tables) }

    public func checkReadiness() async throws(StorageError) { try Self.check(state.withLock(\.fault)) }

    private static func check(_ fault: Fault?) throws(StorageError) {
        switch fault {
        case nil, .auditClosed, .notAlone: return
        case .unavailable: throw .unavailable(cause: Failure(description: "a test put the store out of reach"))
        case .outcomeUnknown: throw .outcomeUnknown(cause: Failure(description: "a test cut the connection"))
        case .broken: throw .broken(cause: Failure(description: "a test damaged the store"))
        }
    }
}
