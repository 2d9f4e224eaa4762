import Dispatch
import GatewayKit
import GatewayPostgres
import GatewayTestKit
import GatewayTestServers
import Testing

@testable import GatewayProviders

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct PostgresRateLimiterTests {
    private static let limit = RateLimit(count: 20, per: .seconds(1000))

    @Test(arguments: RateLimiterConformance.allCases, PostgresCluster.Collation.allCases)
    func `keeps a limiter's promises`(
        promise: RateLimiterConformance, collation: PostgresCluster.Collation
    ) async throws {
        let (_, storage, _) = try await place(collation)
        try await promise.verify { time in
            PostgresRateLimiter(pool: storage.pool, time: time) { time.elapsed().microseconds }
        }
    }

    @Test func `gateways of one database count together, by its clock`() async throws {
        let (cluster, first, name) = try await place()
        let second = try await PostgresStorage.opened(cluster.url(name))
        let limiters = [first, second].compactMap(\.counts)
        let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                group.addTask { try await limiters[number % 2].take("a", from: Self.limit).isAllowed }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(allowed == 20)
        let rest = try await limiters[0].take("a", from: Self.limit)
        #expect(rest.remaining == 0)
        #expect(.zero < rest.retryAfter && rest.retryAfter <= .seconds(50))
        #expect(try await limiters[1].take("b", from: Self.limit).remaining == 19)
        // No address stands in the table.
        #expect(try await cluster.sql("SELECT DISTINCT length(key) FROM rate_limits", in: name) == "32")
    }

    @Test func `counts that mean nothing any more are removed, and no others`() async throws {
        let (cluster, storage, name) = try await place()
        let time = ManualTime()
        let limiter = PostgresRateLimiter(pool: storage.pool, time: time) { time.elapsed().microseconds }
        for key in 0..<7 { _ = try await limiter.take("\(key)", from: Self.limit) }
        time.advance(by: .seconds(51))
        _ = try await limiter.take("hot", from: Self.limit)
        #expect(try await limiter.removeSpent(limit: 5) == 5)
        #expect(try await limiter.removeSpent(limit: 5) == 2)
        #expect(try await limiter.removeSpent(limit: -1) == 0)
        #expect(try await cluster.sql("SELECT count(*) FROM rate_limits", in: name) == "1")
        #expect(try await limiter.take("hot", from: Self.limit).remaining == 18)
        // Production's clock is the database's.
        #expect(try await storage.counts?.removeSpent(limit: 5) == 1)
    }

    @Test func `of gateways that do their chores at once one removes counts`() async throws {
        let (cluster, first, name) = try await place()
        let second = try #require(try await PostgresStorage.opened(cluster.url(name)).counts)
        try await cluster.sql("INSERT INTO rate_limits VALUES ('a', 0, 1), ('b', 0, 1)", in: name)
        let isFirstAlone = try await first.isAloneAtChores { () async throws in
            #expect(try await second.removeSpent(limit: 9) == 0)
        }
        #expect(isFirstAlone)
        #expect(try await second.removeSpent(limit: 9) == 2)
        #expect(try await first.isAloneAtChores())
    }

    @Test func `who is refused asks the database nothing until one more may be allowed`() async throws {
        let (cluster, storage, name) = try await place()
        let time = ManualTime()
        let limiter = PostgresRateLimiter(pool: storage.pool, time: time) { time.elapsed().microseconds }
        for _ in 0..<21 { _ = try await limiter.take("a", from: Self.limit) }
        try await cluster.sql("DELETE FROM rate_limits", in: name)
        time.advance(by: .seconds(20))
        let refused = try await limiter.take("a", from: Self.limit)
        #expect(
            refused
                == RateVerdict(
                    isAllowed: false, remaining: 0, retryAfter: .seconds(30), resetAfter: .seconds(980)))
        #expect(try await limiter.take("b", from: Self.limit).isAllowed)
        time.advance(by: .seconds(30))
        #expect(try await limiter.take("a", from: Self.limit).remaining == 19)
    }

    @Test func `a clock that was set back holds nobody up for longer than the period`() async throws {
        let (cluster, storage, name) = try await place()
        let time = ManualTime()
        let limiter = PostgresRateLimiter(pool: storage.pool, time: time) { time.elapsed().microseconds }
        _ = try await limiter.take("a", from: Self.limit)
        try await cluster.sql("UPDATE rate_limits SET whole_at = 9000000000000000", in: name)
        #expect(try await limiter.take("a", from: Self.limit).retryAfter == .seconds(50))
        time.advance(by: .seconds(50))
        #expect(try await limiter.take("a", from: Self.limit).isAllowed)
    }

    @Test func `a role that wants other isolation changes nothing`() async throws {
        let (cluster, storage, name) = try await place()
        try await cluster.sql("ALTER DATABASE \(name) SET default_transaction_isolation = 'serializable'")
        let second = try await PostgresStorage.opened(cluster.url(name))
        let counts = [storage, second].compactMap(\.counts)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask { _ = try await counts[number % 2].take("\(number % 3)", from: Self.limit) }
            }
            try await group.waitForAll()
        }
        #expect(try await cluster.sql("SELECT count(*) FROM rate_limits", in: name) == "3")
    }

    @Test func `the first request after a database's restart is counted like any other`() async throws {
        let cluster = try await PostgresCluster.start()
        let storage = try await PostgresStorage.migrated(cluster.url())
        let counts = try #require(storage.counts)
        for round in 0..<3 {
            #expect(try await counts.take("\(round)", from: Self.limit).isAllowed)
            await cluster.stop()
            try await cluster.start()
        }
    }

    @Test func `a database out of reach is said in time`() async throws {
        let cluster = try await PostgresCluster.start()
        _ = try await PostgresStorage.migrated(cluster.url())
        let storage = try await PostgresStorage.opened(cluster.url(), deadlines: .short)
        cluster.freeze()
        await #expect(throws: RateLimiterError.self) { try await storage.counts?.take("a", from: Self.limit) }
        cluster.thaw()
    }

    @Test func `a storage that counts nothing is refused with what to do`() async throws {
        let provision = try Provision.forTests(storage: InMemoryStorage())
        await #expect(throws: UncountingStorage()) {
            try await Slot.limits.product(of: ["use": "storage"], among: .providers, with: provision)
        }
    }

    private func place(
        _ collation: PostgresCluster.Collation = .c
    ) async throws -> (PostgresCluster, PostgresStorage, String) {
        let cluster = try await PostgresCluster.shared()
        let name = try await cluster.makeDatabase(collation)
        return (cluster, try await PostgresStorage.migrated(cluster.url(name)), name)
    }
}
