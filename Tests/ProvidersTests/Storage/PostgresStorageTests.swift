import Dispatch
import GatewayKit
import GatewayPostgres
import GatewaySQL
import GatewayTestKit
import GatewayTestServers
import Synchronization
import Testing

@testable import GatewayProviders

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct PostgresStorageTests {
    @Test func `who opened first and commits last is not overtaken in the revocation log`() async throws {
        let (cluster, name) = try await place()
        let storage = try await PostgresStorage.migrated(cluster.url(name))
        let (appended, proceed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await storage.write { records throws(StorageError) in
                    _ = try records.revocations.append(.session(SessionID("first")), keepUntil: Self.end)
                    appended.signal()
                    proceed.hold()
                }
            }
            try await appended.signalled()
            let isOvertaken = Flag()
            group.addTask {
                try await storage.write { records throws(StorageError) in
                    _ = try records.revocations.append(.session(SessionID("second")), keepUntil: Self.end)
                }
                isOvertaken.raise()
            }
            let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while try await cluster.sql(waiting, in: name) == "0", !isOvertaken.isRaised {
                try Task.checkCancellation()
            }
            #expect(try await Self.subjects(in: storage) == [])
            proceed.signal()
            try await group.waitForAll()
        }
        #expect(try await Self.subjects(in: storage) == ["first", "second"])
    }

    @Test func `a follower that asks for what is behind the last it has seen misses none of many`() async throws {
        let (cluster, name) = try await place()
        let storage = try await PostgresStorage.migrated(cluster.url(name))
        let (count, isOver) = (120, Flag())
        async let following = Self.follow(storage, until: isOver)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    try await storage.write { records throws(StorageError) in
                        _ = try records.revocations.append(.apiKey("\(number)"), keepUntil: Self.end)
                    }
                }
            }
            try await group.waitForAll()
        }
        isOver.raise()
        let seen = try await following
        #expect(Set(seen).count == count && seen == seen.sorted())
    }

    @Test func `of gateways that do their chores at once one does them, and the others go on`() async throws {
        let (cluster, name) = try await place()
        let (first, second) = (
            try await PostgresStorage.migrated(cluster.url(name)), try await PostgresStorage.opened(cluster.url(name))
        )
        let isFirstAlone = try await first.isAloneAtChores { () async throws in
            #expect(try await second.isAloneAtChores() == false)
        }
        #expect(isFirstAlone)
        #expect(try await second.isAloneAtChores())
    }

    @Test func `two gateways claim mails at the same time, and neither waits for the other`() async throws {
        let (cluster, name) = try await place()
        let (first, second) = (
            try await PostgresStorage.migrated(cluster.url(name)), try await PostgresStorage.opened(cluster.url(name))
        )
        try await first.write { records throws(StorageError) in
            for id in ["a", "b", "c"] {
                try records.outbox.enqueue(
                    OutboxMail(id: id, sealed: [1], createdAt: Self.end, attempts: 0, dueAt: Self.end, isParked: false))
            }
        }
        let (begun, proceed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let mine = first.write { records throws(StorageError) in
            let mails = try records.outbox.claim(dueAt: Self.end, until: Self.end + .seconds(60), limit: 2).map(\.id)
            begun.signal()
            proceed.hold()
            return mails
        }
        try await begun.signalled()
        let yours = try await second.write { records throws(StorageError) in
            try records.outbox.claim(dueAt: Self.end, until: Self.end + .seconds(60), limit: 2).map(\.id)
        }
        proceed.signal()
        #expect(try await mine == ["a", "b"])
        #expect(yours == ["c"])
    }

    @Test func `what one gateway revokes another is told of, also after its connection was lost`() async throws {
        let (cluster, name) = try await place()
        let (first, second) = (
            try await PostgresStorage.migrated(cluster.url(name)), try await PostgresStorage.opened(cluster.url(name))
        )
        var news = first.revocationNews().makeAsyncIterator()
        for round in 0..<2 {
            // It tells that it listens.
            while let word = await news.next(isolation: nil), word != .added {}
            for number in 0..<2 {
                try await second.write { records throws(StorageError) in
                    _ = try records.revocations.append(.session(SessionID("\(round) \(number)")), keepUntil: Self.end)
                }
                #expect(await news.next(isolation: nil) == .added)
            }
            // What a quiet listener has asked last is nothing.
            try await cluster.sql(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = '\(name)' AND (query LIKE 'LISTEN%' OR query = '')
                """)
            while let word = await news.next(isolation: nil), word == .added {}
        }
    }

    @Test func `a read closure that writes is refused as broken`() async throws {
        let (cluster, name) = try await place()
        let storage = try await PostgresStorage.migrated(cluster.url(name))
        let error = await #expect(throws: StorageError.self) {
            try await storage.read { records throws(StorageError) in try records.guesses.clear("a") }
        }
        #expect("\(String(describing: error))".contains("broken"))
    }

    @Test func `a broken rule of the schema is broken, and its sentence holds no value`() async throws {
        let (cluster, name) = try await place()
        let storage = try await PostgresStorage.migrated(cluster.url(name))
        let link = Link(
            hash: TokenHash(bytes: [1]), purpose: .reset, accountID: AccountID("canary"),
            email: EmailAddress(stored: "canary@example.com"), createdAt: Self.end, expiresAt: Self.end)
        let error = await #expect(throws: StorageError.self) {
            try await storage.write { records throws(StorageError) in try records.links.insert(link) }
        }
        guard case .broken(let cause) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect("\(cause)".hasPrefix("PostgreSQL error 23503 (insert or update on table \"links\" violates"))
        var dumped = ""
        dump(cause, to: &dumped)
        #expect(!dumped.contains("canary"))
    }

    @Test func `a server that stands still is unavailable in time, and works when it goes on`() async throws {
        let cluster = try await PostgresCluster.start()
        _ = try await PostgresStorage.migrated(cluster.url())
        let storage = try await PostgresStorage.opened(cluster.url(), deadlines: .short)
        cluster.freeze()
        for _ in 0..<3 {
            let error = await #expect(throws: StorageError.self) { try await storage.checkReadiness() }
            #expect(error.map { "\($0)" }?.hasPrefix("unavailable") == true)
        }
        cluster.thaw()
        while true {
            do {
                try await storage.checkReadiness()
                break
            } catch {
                try Task.checkCancellation()
            }
        }
    }

    @Test(arguments: [
        (PostgresFailure.Reason.unreachable(nil), "unavailable"), (.unreachable(SQLState("28P01")), "unavailable"),
        (.lost, "unavailable"), (.late, "unavailable"), (.turnedAway, "unavailable"),
        (.outcomeUnknown, "outcomeUnknown"), (.misused, "broken"), (.refused(SQLState("40001")), "unavailable"),
        (.refused(SQLState("40P01")), "unavailable"), (.refused(SQLState("53100")), "unavailable"),
        (.refused(SQLState("57014")), "unavailable"), (.refused(SQLState("57P01")), "unavailable"),
        (.refused(SQLState("58030")), "unavailable"), (.refused(SQLState("25006")), "unavailable"),
        (.refused(SQLState("55P03")), "unavailable"), (.refused(SQLState("23505")), "broken"),
        (.refused(SQLState("42P01")), "broken"), (.refused(SQLState("XX001")), "broken"),
        (.refused(SQLState("22021")), "broken"), (.refused(SQLState("42501")), "broken"),
    ])
    func `each failure asks for a reaction`(reason: PostgresFailure.Reason, reaction: String) {
        #expect("\(PostgresFailure(reason, "x").reaction(in: .write))".hasPrefix(reaction + "("))
    }

    @Test func `whoever opens a database that is away says so once for each reason, and ends`() async throws {
        let log = RecordedLog()
        let failure = await #expect(throws: PostgresOpenFailure.self) {
            try await PostgresStorage.open(
                PostgresTarget(url: "postgres://x@127.0.0.1:1/x"), connections: 1, waiting: .seconds(2),
                time: SystemTime(), logger: log.logger)
        }
        #expect(failure?.reason.contains("Connection refused") == true)
        #expect(log.lines.map(\.message) == ["waiting for the database"])
        #expect(log.lines.first?.metadata["error"] == failure?.reason)
    }

    @Test func `a database that comes while it is waited for is opened`() async throws {
        let cluster = try await PostgresCluster.start()
        await cluster.stop()
        let log = RecordedLog()
        let opening = Task {
            try await PostgresStorage.open(
                PostgresTarget(url: cluster.url()), connections: 1, waiting: .seconds(60), time: SystemTime(),
                logger: log.logger)
        }
        while log.lines.isEmpty {
            try Task.checkCancellation()
            await Task.yield()
        }
        try await cluster.start()
        let storage = try await opening.value
        #expect(log.lines.last?.message == "the database is there")
        #expect(try await storage.migrations().allSatisfy { $0.appliedAt == nil })
    }

    @Test func `a database of another encoding than UTF-8 is refused`() async throws {
        let cluster = try await PostgresCluster.shared()
        try await cluster.sql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        let failure = await #expect(throws: PostgresOpenFailure.self) {
            try await PostgresStorage.open(
                PostgresTarget(url: cluster.url("latin")), connections: 1, waiting: .seconds(3), time: SystemTime(),
                logger: RecordedLog().logger)
        }
        #expect(failure?.reason.contains("the database's encoding is not UTF8") == true)
    }

    @Test func `every transaction passes the meters`() async throws {
        let (cluster, name) = try await place()
        let metrics = RecordedMetrics()
        let storage = try await PostgresStorage.opened(cluster.url(name), meters: StorageMeters(in: metrics))
        _ = try await storage.migrations()
        try await storage.write { _ throws(StorageError) in }
        for kind in ["read", "write"] {
            #expect(metrics.value("auth_gateway_storage_transaction_seconds", ["kind": kind]) == 1)
        }
    }

    private static let end = Timestamp(seconds: 2_000_000_000)

    private static func subjects(in storage: PostgresStorage) async throws -> [String] {
        try await storage.read { records throws(StorageError) in
            try records.revocations.rows(after: 0, limit: 10).map { row in
                if case .session(let id) = row.subject { id.text } else { "" }
            }
        }
    }

    /// The ids that a follower sees who always asks for those behind the last.
    private static func follow(_ storage: PostgresStorage, until isOver: Flag) async throws -> [Int64] {
        var seen: [Int64] = []
        while true {
            let (isLast, last) = (isOver.isRaised, seen.last ?? 0)
            seen += try await storage.read { records throws(StorageError) in
                try records.revocations.rows(after: last, limit: 1000).map(\.id)
            }
            if isLast { return seen }
        }
    }

    private func place() async throws -> (PostgresCluster, String) {
        let cluster = try await PostgresCluster.shared()
        return (cluster, try await cluster.makeDatabase())
    }
}

/// Something that has come to pass.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}
