import Foundation
import GatewayTestServers
import Testing

@testable import GatewayPostgres

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct SeveralHostsTests {
    @Test func `a host that takes connections and never answers is left for the next`() async throws {
        let cluster = try await PostgresCluster.shared()
        let silent = try SilentListener()
        let url = "postgres://postgres@127.0.0.1:\(silent.port),127.0.0.1:\(cluster.port)/postgres"
        let pool = try PostgresCluster.pool(at: url, deadlines: PostgresDeadlines(connect: .seconds(2)))
        #expect(try await pool.number("SELECT 1 AS number") == 1)
    }

    @Test func `a host that may not be written to is left for the next where that is asked for`() async throws {
        let cluster = try await PostgresCluster.shared()
        let other = try await PostgresCluster.start(["default_transaction_read_only=on"])
        let hosts = "postgres://postgres@127.0.0.1:\(other.port),127.0.0.1:\(cluster.port)/postgres"
        for (attributes, port) in [("read-write", cluster.port), ("any", other.port)] {
            let pool = try PostgresCluster.pool(at: hosts + "?target_session_attrs=\(attributes)")
            let found = try await pool.number("SELECT CAST(current_setting('port') AS BIGINT) AS number")
            #expect(found == Int64(port))
        }
    }

    @Test func `the host that was good last is tried first, and the one that was left is tried last`() async throws {
        let silent = try SilentListener()
        let cluster = try await PostgresCluster.start()
        let url = "postgres://postgres@127.0.0.1:\(silent.port),127.0.0.1:\(cluster.port)/postgres"
        let pool = try PostgresCluster.pool(
            at: url, connections: 1, deadlines: PostgresDeadlines(connect: .seconds(2)))
        for _ in 0..<3 {
            #expect(try await pool.number("SELECT 1 AS number") == 1)
            try await cluster.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'auth-gateway'")
        }
        #expect(try await pool.number("SELECT 1 AS number") == 1)
        #expect(silent.connectionCount() == 1)

        let servers = PostgresServers(try PostgresTarget(url: "postgres://x@a,b,c/x"))
        func tried(until good: String) throws -> String {
            var tried = ""
            _ = try servers.firstGood { parameters throws(PostgresFailure) in
                tried += parameters["host"] ?? "-"
                if parameters["host"] != good { throw PostgresFailure(.unreachable(nil), "away") }
            }
            return tried
        }
        #expect(try tried(until: "b") == "ab")
        #expect(try tried(until: "c") == "bac")
        servers.leave()
        #expect(try tried(until: "c") == "abc")
        servers.leave()
        servers.leave()
        #expect(try tried(until: "a") == "a")
    }

    @Test func `a silent address of a name is left for the next, and the name stays the one that is certified`()
        async throws
    {
        let cluster = try await PostgresCluster.shared()
        let silent = try SilentListener("127.0.0.2", port: cluster.port)
        let addresses = ["127.0.0.2", "127.0.0.1"]
        let target = try PostgresTarget(url: "postgres://postgres@db.test:\(cluster.port)/postgres")
        let servers = PostgresServers(target) { $0 == "db.test" ? addresses : [] }
        let pool = PostgresPool(
            to: servers, connections: 1, clock: .system, deadlines: PostgresDeadlines(connect: .seconds(2)))
        #expect(try await pool.number("SELECT 1 AS number") == 1)
        #expect(silent.connectionCount() == 1)
        var tried: [[String?]] = []
        try servers.firstGood { parameters throws(PostgresFailure) in
            tried.append([parameters["host"], parameters["hostaddr"]])
        }
        #expect(tried == [["db.test", "127.0.0.1"]])
    }

    @Test func `a server that goes without a word costs one transaction its deadline, and not one each connection`()
        async throws
    {
        let (first, second) = (try await PostgresCluster.start(), try await PostgresCluster.start())
        defer { first.thaw() }
        let url = "postgres://postgres@127.0.0.1:\(first.port),127.0.0.1:\(second.port)/postgres"
        let pool = try PostgresCluster.pool(
            at: url, connections: 4,
            deadlines: PostgresDeadlines(statement: .seconds(3), wait: .seconds(30), transaction: .seconds(60)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await pool.run("SELECT pg_sleep(0.3)") } }
            try await group.waitForAll()
        }
        first.freeze()
        let (told, proceed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // Whoever is told goes on before the thread of the pool that tells them does.
        async let late = withTaskExecutorPreference(AtOnce()) {
            let late = await failure { try await pool.number("SELECT 1 AS number") }
            told.signal()
            proceed.hold()
            return late
        }
        try await told.signalled()
        defer { proceed.signal() }
        for _ in 0..<8 {
            let port = "SELECT CAST(current_setting('port') AS BIGINT) AS number"
            #expect(try await pool.number(port) == Int64(second.port))
        }
        proceed.signal()
        #expect(await late?.reason == .late)
    }

    @Test func `the addresses of a name are those that the system knows`() {
        #expect(PostgresServers.lookUp("localhost").contains { ["127.0.0.1", "::1"].contains($0) })
        #expect(PostgresServers.lookUp("127.0.0.1") == ["127.0.0.1"])
        #expect(PostgresServers.lookUp("no such name") == [])
    }

    @Test func `where none will do, each host's reason is told`() async throws {
        let silent = try SilentListener()
        let url = "postgres://postgres@127.0.0.1:\(silent.port),127.0.0.1:1/postgres"
        let pool = try PostgresCluster.pool(at: url, deadlines: .short)
        let failure = await failure { try await pool.run("SELECT 1") }
        #expect(failure?.message.contains("127.0.0.1 did not answer in time; ") == true)
        #expect(failure?.message.contains("port 1 failed: Connection refused") == true)
    }
}

/// Runs each job on the thread that makes it ready, before that does anything else.
private final class AtOnce: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}

/// Takes connections, and never says a word.
private final class SilentListener: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        port = try FreePort.bind(descriptor)
        listen(descriptor, 16)
    }

    /// At an address of loopback.
    init(_ address: String, port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        self.port = port
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, address, &place.sin_addr)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
        }
        try #require(isBound && listen(descriptor, 16) == 0)
    }

    /// How many have connected that were not counted yet, those that have gone again too.
    func connectionCount() -> Int {
        var count = 0
        while case let connection = accept(descriptor, nil, nil), connection >= 0 {
            close(connection)
            count += 1
        }
        return count
    }

    deinit { close(descriptor) }
}
