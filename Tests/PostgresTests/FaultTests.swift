import Foundation
import GatewayTestServers
import Synchronization
import Testing

@testable import GatewayPostgres

/// What a server may do to its clients; what it is asked for after that works again without anybody's help.
@Suite(.needsPostgres, .serialized, .timeLimit(.minutes(5))) struct FaultTests {
    @Test func `a server that stands still is told of in time, and forgotten when it goes on`() async throws {
        let cluster = try await PostgresCluster.start(["fsync=on"])
        let pool = try PostgresCluster.pool(at: cluster.url(), connections: 2, deadlines: .short)
        try await untilItWorks(pool)
        cluster.freeze()
        for kind in [PostgresTransaction.Kind.read, .write, .write, .write] {
            let failure = await failureInTime { try await pool.number("SELECT 1 AS number", in: kind) }
            #expect(failure?.reason == .late || failure?.reason == .unreachable(nil), "\(String(describing: failure))")
        }
        cluster.thaw()
        try await untilItWorks(pool)
    }

    @Test func `a server that was killed is told of in time, and found again when it is back`() async throws {
        let cluster = try await PostgresCluster.start(["fsync=on"])
        let pool = try PostgresCluster.pool(at: cluster.url(), connections: 2, deadlines: .short)
        try await pool.run("SELECT 1")
        await cluster.crash()
        for _ in 0..<3 {
            let failure = await failureInTime { try await pool.number("SELECT 1 AS number") }
            #expect(failure?.reason == .unreachable(nil), "\(String(describing: failure))")
            #expect(failure?.message.contains("Connection refused") == true)
        }
        try await cluster.start()
        try await untilItWorks(pool)
    }

    @Test func `connections that a restart has ended are replaced, and no caller hears of it`() async throws {
        let cluster = try await PostgresCluster.start(["fsync=on"])
        let pool = try PostgresCluster.pool(at: cluster.url(), connections: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await pool.run("SELECT pg_sleep(0.1)") } }
            try await group.waitForAll()
        }
        await cluster.stop()
        try await cluster.start()
        for _ in 0..<6 { try await pool.run("SELECT 1") }
    }

    @Test func `a server that has no connection left says so, and is asked again`() async throws {
        let cluster = try await PostgresCluster.start([
            "fsync=on", "max_connections=5", "superuser_reserved_connections=4",
        ])
        try await cluster.sql("CREATE ROLE gateway LOGIN")
        let url = cluster.url(user: "gateway")
        let other = try PostgresCluster.pool(at: url, connections: 1)
        try await other.run("SELECT 1")
        let pool = try PostgresCluster.pool(at: url, connections: 2)
        let failure = await failureInTime { try await pool.run("SELECT 1") }
        #expect(failure?.reason == .unreachable(SQLState("53300")), "\(String(describing: failure))")
        other.close()
        try await untilItWorks(pool)
    }

    @Test func `a server that is read-only refuses writes by its code, and takes them when it is not`() async throws {
        let cluster = try await PostgresCluster.shared()
        let name = try await cluster.makeDatabase()
        try await cluster.sql("CREATE TABLE kept (id BIGINT)", in: name)
        try await cluster.sql("ALTER DATABASE \(name) SET default_transaction_read_only = on")
        let pool = try PostgresCluster.pool(at: cluster.url(name))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { _ = try await pool.number("SELECT 1 AS number FROM pg_sleep(0.1)") } }
            try await group.waitForAll()
        }
        let refused = await failure { try await pool.run("INSERT INTO kept VALUES (1)") }
        #expect(refused?.state == SQLState("25006"))
        #expect(try await pool.number("SELECT count(*) AS number FROM kept") == 0)
        try await cluster.sql("ALTER DATABASE \(name) RESET default_transaction_read_only")
        try await pool.run("INSERT INTO kept VALUES (1)")
    }

    @Test func `a statement that takes too long is ended by the server, and the connection stays`() async throws {
        let pool = try await PostgresCluster.shared().pool(connections: 1, deadlines: .short)
        try await untilItWorks(pool)
        let before = try await pool.number("SELECT pg_backend_pid() AS number")
        let failure = await failureInTime { try await pool.run("SELECT pg_sleep(60)") }
        #expect(failure?.state == SQLState("57014"), "\(String(describing: failure))")
        #expect(try await pool.number("SELECT pg_backend_pid() AS number") == before)
    }

    @Test func `where the server does not end it, the client does, and has the server stop`() async throws {
        let cluster = try await PostgresCluster.shared()
        let name = try await cluster.makeDatabase()
        let pool = try PostgresCluster.pool(at: cluster.url(name), deadlines: .short)
        try await untilItWorks(pool)
        let failure = await failureInTime {
            try await pool.run("SET LOCAL statement_timeout = 0", "SELECT pg_sleep(3600)")
        }
        #expect(failure?.reason == .late)
        let sleepers = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND query LIKE '%sleep%'"
        while try await cluster.sql(sleepers) != "0" { try Task.checkCancellation() }
    }

    @Test func `a connection that is lost before the commit is replaced, and the closure runs again`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        try await pool.run("CREATE TABLE kept (id BIGINT)")
        let runs = Atomic(0)
        try await pool.transaction(.write) { transaction in
            _ = try transaction.run("INSERT INTO kept VALUES (1)")
            if runs.add(1, ordering: .relaxed).newValue == 1 {
                _ = try transaction.run("SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        #expect(runs.load(ordering: .relaxed) == 2)
        #expect(try await pool.number("SELECT count(*) AS number FROM kept") == 1)
    }

    @Test func `a statement that ends each connection is not tried for ever`() async throws {
        let pool = try await PostgresCluster.shared().pool()
        let failure = await failure { try await pool.run("SELECT pg_terminate_backend(pg_backend_pid())") }
        #expect(failure?.reason == .lost)
    }

    @Test(arguments: ["pg_terminate_backend(pg_backend_pid())", "pg_sleep(60)"])
    func `a connection that is lost in COMMIT leaves the outcome open, and nothing runs again`(what: String)
        async throws
    {
        let cluster = try await PostgresCluster.shared()
        let url = cluster.url(try await cluster.makeDatabase())
        try await PostgresCluster.pool(at: url).transaction(.write) { transaction in
            try transaction.run(
                script: """
                    CREATE TABLE kept (id BIGINT);
                    CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN PERFORM \(what); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION late();
                    """)
        }
        let pool = try PostgresCluster.pool(at: url, deadlines: .short)
        try await untilItWorks(pool)
        let runs = Atomic(0)
        let failure = await failure {
            try await pool.transaction(.write) { transaction in
                _ = try transaction.run("INSERT INTO kept VALUES (1)")
                runs.add(1, ordering: .relaxed)
            }
        }
        #expect(failure?.reason == .outcomeUnknown, "\(String(describing: failure))")
        #expect(runs.load(ordering: .relaxed) == 1)
    }

    private func failureInTime<Value>(_ body: () async throws -> Value) async -> PostgresFailure? {
        let begun = ContinuousClock.now
        let failed = await failure(body)
        // Ten times what the deadlines come to, for a busy machine.
        #expect(ContinuousClock.now - begun < .seconds(10))
        return failed
    }

    private func untilItWorks(_ pool: PostgresPool) async throws {
        while await failure({ try await pool.run("SELECT 1") }) != nil { try Task.checkCancellation() }
    }
}

extension PostgresDeadlines {
    /// So short that a test waits for them.
    static let short = PostgresDeadlines(
        connect: .milliseconds(500), statement: .milliseconds(500), wait: .milliseconds(800), transaction: .seconds(1))
}
