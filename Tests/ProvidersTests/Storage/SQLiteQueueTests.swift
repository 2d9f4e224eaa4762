import Dispatch
import GRDB
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite(.timeLimit(.minutes(5))) struct SQLiteQueueTests {
    private let folder: TemporaryFolder
    private let time = ManualTime()
    private let storage: SQLiteStorage

    init() async throws {
        folder = try TemporaryFolder()
        storage = try await SQLiteStorage.open(
            path: folder.file("gateway.db"), time: time, busyTimeout: .seconds(600), queueLimit: 3)
    }

    @Test func `a turn that comes too late is answered without being taken`() async throws {
        let errors = try await whileBlocked(enqueuing: 2) { time.advance(by: storage.writers.patience) }
        #expect(errors.map { $0.map(Self.cause) } == Array(repeating: "the database was not free in time", count: 2))
        #expect(try await count() == 0)
        try await write()
        #expect(try await count() == 1)
    }

    @Test func `a turn that comes late waits for a lock only as long as it has left`() async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.file("gateway.db"), configuration: configuration)
        try await other.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        let errors = try await whileBlocked(enqueuing: 2) {
            time.advance(by: storage.writers.patience - .milliseconds(20))
        }
        for error in errors {
            #expect(error.map(Self.cause)?.hasPrefix("SQLite error 5 (database is locked)") == true)
        }
        try await other.writeWithoutTransaction { try $0.rollback() }
        try await write()
        let timeout = try await storage.pool.writeWithoutTransaction { database in
            try Int.fetchOne(database, sql: "PRAGMA busy_timeout")
        }
        #expect(timeout == 600_000)
    }

    @Test func `whoever is cancelled in the queue is answered at once`() async throws {
        let gate = block()
        try await withThrowingTaskGroup(of: (any Error)?.self) { group in
            group.addTask { await error { try await write() } }
            await queued(1)
            group.cancelAll()
            let answer = try #require(try await group.next())
            #expect(answer.map(Self.cause) == "CancellationError()")
        }
        gate.signal()
        #expect(try await count() == 0)
    }

    @Test func `a full queue refuses at once, and is empty again in the end`() async throws {
        let errors = try await whileBlocked(enqueuing: 3) {
            let refused = await error { try await write() }
            #expect(refused.map(Self.cause) == "too many wait for the database")
        }
        #expect(errors.count == 3 && errors.allSatisfy { $0 == nil })
        #expect(storage.writers.count == 0)
        #expect(try await count() == 3)
    }

    /// Enqueues so many writes behind a closure that blocks the writer, runs a step, unblocks; the writes' errors.
    private func whileBlocked(
        enqueuing count: Int, _ step: @escaping @Sendable () async throws -> Void
    ) async throws -> [(any Error)?] {
        try await withThrowingTaskGroup(of: (any Error)?.self) { group in
            let gate = block()
            defer { gate.signal() }
            for _ in 0..<count { group.addTask { await error { try await write() } } }
            await queued(count)
            try await step()
            gate.signal()
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Blocks the writer's queue, in which no transaction is open, until the gate is signalled.
    private func block() -> DispatchSemaphore {
        let gate = DispatchSemaphore(value: 0)
        storage.pool.asyncWriteWithoutTransaction { _ in gate.wait() }
        return gate
    }

    private func queued(_ count: Int) async {
        while storage.writers.count < count, !Task.isCancelled { await Task.yield() }
    }

    private func write() async throws {
        let moment = time.now()
        try await storage.write { records throws(StorageError) in
            let count = try records.guesses.count(of: "a")?.count ?? 0
            try records.guesses.store(
                GuessCount(key: "a", count: count + 1, windowStart: moment, keepUntil: moment))
        }
    }

    private func count() async throws -> Int {
        try await storage.read { records throws(StorageError) in try records.guesses.count(of: "a")?.count ?? 0 }
    }

    private func error(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    private static func cause(_ error: any Error) -> String {
        guard case .unavailable(let cause) = error as? StorageError else { return "another error: \(error)" }
        return "\(cause)"
    }
}
