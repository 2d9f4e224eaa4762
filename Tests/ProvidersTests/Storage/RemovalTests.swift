import Dispatch
import GatewayKit
import GatewayTestKit
import GatewayTestServers
import Logging
import Synchronization
import Testing

@testable import GatewayAccounts
@testable import GatewayProviders

/// What the chores remove goes in small transactions on each engine, so that nobody waits long for them.
@Suite(.timeLimit(.minutes(5))) struct RemovalTests {
    private let time = ManualTime()

    @Test func `from SQLite thousands of rows go in batches, and others write in between`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: time)
        let removed = try await removed(from: storage)
        #expect(removed == Self.batches)
    }

    @Test(.needsPostgres)
    func `from PostgreSQL thousands of rows go in batches, and others write in between`() async throws {
        let cluster = try await PostgresCluster.shared()
        let name = try await cluster.makeDatabase()
        let storage = try await PostgresStorage.migrated(cluster.url(name), time: time)
        try await cluster.sql(
            "INSERT INTO rate_limits SELECT CAST(CAST(i AS TEXT) AS BYTEA), i, 1 FROM generate_series(1, 1100) AS n(i)",
            in: name)
        let removed = try await removed(from: storage)
        #expect(removed == Self.batches + [500, 500, 100])
        #expect(try await cluster.sql("SELECT count(*) FROM rate_limits", in: name) == "0")
    }

    @Test(.needsPostgres) func `who writes while PostgreSQL removes a batch does not wait for it`() async throws {
        let cluster = try await PostgresCluster.shared()
        let url = cluster.url(try await cluster.makeDatabase())
        let (first, second) = (
            try await PostgresStorage.migrated(url, time: time),
            try await PostgresStorage.opened(url, time: time)
        )
        try await fill(first)
        let (begun, proceed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let later = time.now() + .seconds(1)
        async let removed = first.write { records throws(StorageError) in
            let count = try records.guesses.deleteExpired(before: later, limit: 500)
            begun.signal()
            proceed.hold()
            return count
        }
        try await begun.signalled()
        let mark = mark(7)
        try await second.write { records throws(StorageError) in try records.guesses.store(mark) }
        #expect(try await marks(in: second, 7...7) == 1)
        proceed.signal()
        #expect(try await removed == 500)
        #expect(try await marks(in: first, 7...7) == 1)
    }

    /// What `fill` puts there, as it goes: guesses and rows of the revocation log, after five kinds that it leaves out.
    private static let batches = [0, 0, 0, 0, 0, 500, 500, 500, 500, 300, 500, 500, 0]

    /// How many rows went in each transaction while somebody else wrote after each of them.
    private func removed(from storage: any Storage) async throws -> [Int] {
        try await fill(storage)
        time.advance(by: .seconds(1))
        let removals = Mutex<[Int]>([])
        let watched = WatchedStorage(inner: storage) { [self] count throws(StorageError) in
            let number = removals.withLock { removals in
                removals.append(count)
                return removals.count
            }
            let mark = mark(number)
            try await storage.write { records throws(StorageError) in try records.guesses.store(mark) }
        }
        let lifetimes = TokenLifetimes(
            access: .seconds(900), refresh: .seconds(9000), refreshIdle: .seconds(9000), refreshGrace: .seconds(10))
        let chores = Chores(
            storage: watched, lifetimes: lifetimes, time: time, random: CountedRandom(), logger: RecordedLog().logger)
        try await chores.cleanUp()
        let counts = removals.withLock { $0 }
        #expect(try await marks(in: storage, 1...counts.count) == counts.count)
        return counts
    }

    private func fill(_ storage: any Storage) async throws {
        let now = time.now()
        try await storage.write { records throws(StorageError) in
            for index in 0..<2300 {
                try records.guesses.store(GuessCount(key: "\(index)", count: 1, windowStart: now, keepUntil: now))
            }
            for index in 0..<1000 { _ = try records.revocations.append(.apiKey("k\(index)"), keepUntil: now) }
        }
    }

    /// What another writer leaves, to be kept.
    private func mark(_ number: Int) -> GuessCount {
        GuessCount(
            key: "mark \(number)", count: 1, windowStart: time.now(), keepUntil: time.now() + .seconds(86_400))
    }

    private func marks(in storage: any Storage, _ numbers: ClosedRange<Int>) async throws -> Int {
        try await storage.read { records throws(StorageError) in
            var count = 0
            for number in numbers where try records.guesses.count(of: "mark \(number)") != nil { count += 1 }
            return count
        }
    }
}

/// A store that says of each transaction that removes something how much it was, once it is over.
private struct WatchedStorage: Storage {
    let inner: any Storage
    let afterRemoving: @Sendable (Int) async throws(StorageError) -> Void

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result { try await inner.read(body) }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        let result = try await inner.write(body)
        if let count = result as? Int { try await afterRemoving(count) }
        return result
    }

    var counts: (any SharedCounts)? {
        inner.counts.map { WatchedCounts(inner: $0, afterRemoving: afterRemoving) }
    }

    func checkReadiness() async throws(StorageError) { try await inner.checkReadiness() }
}

private struct WatchedCounts: SharedCounts {
    let inner: any SharedCounts
    let afterRemoving: @Sendable (Int) async throws(StorageError) -> Void

    func take(_ key: String, from limit: RateLimit) async throws(RateLimiterError) -> RateVerdict {
        try await inner.take(key, from: limit)
    }

    func removeSpent(limit: Int) async throws(StorageError) -> Int {
        let count = try await inner.removeSpent(limit: limit)
        try await afterRemoving(count)
        return count
    }
}
