import Dispatch
import GatewayTestServers
import Synchronization
import Testing

@testable import GatewayPostgres

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct PoolTests {
    @Test func `parameters and columns keep their values, in both directions`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        let found = try await pool.transaction(.read) { transaction in
            let rows = try transaction.run(
                "SELECT :t AS t, :i AS i, :b AS b, :none AS none, :i + 1 AS more, 7::integer AS four",
                ["t": .text("ü\u{1F680}"), "i": .integer(-(1 << 53) - 1), "b": .bytes([0, 255]), "none": .text(nil)])
            return (
                try rows.text("t", of: 0), try rows.integer("i", of: 0), try rows.bytes("b", of: 0),
                try rows.text("none", of: 0), try rows.integer("more", of: 0), try rows.integer("four", of: 0)
            )
        }
        #expect(found == ("ü\u{1F680}", -(1 << 53) - 1, [0, 255], nil, -(1 << 53), 7))
    }

    @Test func `a statement with other parameters than it names is not sent`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        for values in [[:], ["b": .integer(1)], ["a": .integer(1), "b": .integer(1)]] as [[String: PostgresValue]] {
            let failure = await failure { try await pool.number("SELECT :a AS number", values) }
            #expect(failure?.reason == .misused)
        }
        #expect(try await pool.number("SELECT :a AS number", ["a": .integer(1)]) == 1)
        #expect(await failure { try await pool.number("SELECT :a AS number", [:]) }?.reason == .misused)
    }

    @Test func `a conflict runs the closure again, and nothing is lost`() async throws {
        let deadlines = PostgresDeadlines(wait: .seconds(60), transaction: .seconds(60))
        let pool = try await PostgresCluster.shared().pool(connections: 6, deadlines: deadlines)
        try await pool.run("CREATE TABLE counts (count BIGINT)", "INSERT INTO counts VALUES (0)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await pool.transaction(.write) { transaction in
                        let count = try transaction.run("SELECT count FROM counts").integer("count", of: 0) ?? 0
                        try transaction.run("UPDATE counts SET count = :count", ["count": .integer(count + 1)])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await pool.number("SELECT count AS number FROM counts") == 40)
    }

    @Test func `of two that wait for each other one runs again, and both are done`() async throws {
        let pool = try await PostgresCluster.shared().pool(connections: 2)
        try await pool.run("CREATE TABLE counts (id BIGINT, count BIGINT)", "INSERT INTO counts VALUES (0, 0), (1, 0)")
        let update = "UPDATE counts SET count = count + 1 WHERE id = :id"
        let meeting = Meeting()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in [0, 1] {
                group.addTask {
                    try await pool.transaction(.write) { transaction in
                        try transaction.run(update, ["id": .integer(Int64(id))])
                        meeting.wait(id)
                        try transaction.run(update, ["id": .integer(Int64(1 - id))])
                    }
                }
            }
            try await group.waitForAll()
        }
        // Whoever is told to begin again may come too early once more.
        #expect(meeting.arrivals >= 3)
        #expect(try await pool.number("SELECT sum(count)::bigint AS number FROM counts") == 4)
    }

    @Test func `a failure that the closure has swallowed is not taken for a commit`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        try await pool.run("CREATE TABLE kept (id BIGINT PRIMARY KEY)")
        let failure = await failure {
            try await pool.transaction(.write) { transaction in
                try transaction.run("INSERT INTO kept VALUES (1)")
                _ = try? transaction.run("INSERT INTO nowhere VALUES (1)")
            }
        }
        #expect(failure?.state == SQLState("42P01"))
        #expect(try await pool.number("SELECT count(*) AS number FROM kept") == 0)
    }

    @Test func `a closure that throws has done nothing, and its error arrives`() async throws {
        struct Undone: Error {}
        let pool = try await PostgresCluster.shared().pool()
        try await pool.run("CREATE TABLE kept (id BIGINT)")
        await #expect(throws: Undone.self) {
            try await pool.transaction(.write) { transaction in
                try transaction.run("INSERT INTO kept VALUES (1)")
                throw Undone()
            }
        }
        #expect(try await pool.number("SELECT count(*) AS number FROM kept") == 0)
    }

    @Test func `a broken constraint is told by its code, without the values`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        try await pool.run("CREATE TABLE kept (id TEXT PRIMARY KEY)", "INSERT INTO kept VALUES ('canary')")
        let failure = await failure {
            try await pool.transaction(.write) { transaction in
                _ = try transaction.run("INSERT INTO kept VALUES (:id)", ["id": .text("canary")])
            }
        }
        let sentence = failure.map { "\($0)" } ?? ""
        #expect(sentence.hasPrefix("PostgreSQL error 23505 (duplicate key value"), "\(sentence)")
        #expect(!sentence.contains("canary"))
    }

    @Test func `a large value in both directions needs no turn of the server's`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        let bytes = [UInt8](repeating: 7, count: 20_000_000)
        let count = try await pool.transaction(.read) { transaction in
            try transaction.run("SELECT :a AS a", ["a": .bytes(bytes)]).bytes("a", of: 0)?.count
        }
        #expect(count == bytes.count)
    }

    @Test func `a full queue refuses at once, and a closed pool too`() async throws {
        let patient = PostgresDeadlines(wait: .seconds(3600), transaction: .seconds(3600))
        let pool = try PostgresCluster.pool(
            at: "postgres://x@127.0.0.1:1/x", connections: 1, waiting: 1, deadlines: patient)
        await withTaskGroup(of: PostgresFailure?.self) { group in
            for _ in 0..<3 { group.addTask { await failure { try await pool.number("SELECT 1 AS number") } } }
            let first = await group.next() ?? nil
            #expect(first == PostgresFailure(.turnedAway, "too many wait for a connection"))
            pool.close()
            let rest = await group.reduce(into: Set<String>()) { $0.insert($1?.message ?? "") }
            #expect(rest.contains("the pool is closed"))
        }
        let late = await failure { try await pool.number("SELECT 1 AS number") }
        #expect(late == PostgresFailure(.turnedAway, "the pool is closed"))
    }

    @Test func `whoever is cancelled while it waits is answered at once`() async throws {
        let pool = try PostgresCluster.pool(at: "postgres://x@127.0.0.1:1/x")
        let task = Task { try await pool.number("SELECT 1 AS number") }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `whoever waits for too long while all connections are taken is told so, and they go on`() async throws {
        let deadlines = PostgresDeadlines(statement: .seconds(60), wait: .milliseconds(100), transaction: .seconds(60))
        let pool = try await PostgresCluster.shared().pool(connections: 1, deadlines: deadlines)
        let (begun, proceed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let first = Task {
            // It is not the one that waits for too long, however long a connection takes.
            try await pool.transaction(.read, waiting: .seconds(60)) { _ in
                begun.signal()
                proceed.hold()
            }
        }
        try await begun.signalled()
        let late = await failure { try await pool.run("SELECT 1") }
        #expect(late == PostgresFailure(.late, "no connection was free in time"))
        proceed.signal()
        try await first.value
        try await pool.transaction(.read, waiting: .seconds(60)) { _ in }
    }

    @Test func `a transaction that has begun runs to its end, though its task is cancelled`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        try await pool.run("CREATE TABLE kept (id BIGINT)")
        let (begun, proceed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let task = Task {
            try await pool.transaction(.write) { transaction in
                begun.signal()
                proceed.hold()
                _ = try transaction.run("INSERT INTO kept VALUES (1)")
            }
        }
        try await begun.signalled()
        task.cancel()
        proceed.signal()
        try await task.value
        #expect(try await pool.number("SELECT count(*) AS number FROM kept") == 1)
    }
}

/// Two closures that wait for each other, the first time that they run.
private final class Meeting: Sendable {
    private let runs = Atomic(0)
    private let places = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]

    var arrivals: Int { runs.load(ordering: .relaxed) }

    func wait(_ id: Int) {
        guard runs.add(1, ordering: .relaxed).newValue <= 2 else { return }
        places[id].signal()
        places[1 - id].hold()
    }
}
