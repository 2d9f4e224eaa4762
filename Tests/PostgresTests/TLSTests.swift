import GatewayTestServers
import Testing

@testable import GatewayPostgres

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct TLSTests {
    @Test func `a server that proves its name is spoken with, and another is not`() async throws {
        let cluster = try await PostgresCluster.startWithTLS()
        let parameters = "/postgres?sslmode=verify-full&sslrootcert="
        let known = try PostgresCluster.pool(
            at: "postgres://postgres@localhost:\(cluster.port)\(parameters)\(cluster.certificate)")
        let count = "SELECT count(*) AS number FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
        #expect(try await known.number(count) == 1)
        let others = [
            ("127.0.0.1", cluster.certificate, "does not match host name"),
            ("localhost", "/etc/ssl/certs/ca-certificates.crt", "certificate verify failed"),
            ("localhost", "/nowhere", "root certificate file \"/nowhere\" does not exist"),
        ]
        for (host, certificate, reason) in others {
            let pool = try PostgresCluster.pool(
                at: "postgres://postgres@\(host):\(cluster.port)\(parameters)\(certificate)")
            let failure = await failure { try await pool.number(count) }
            #expect(failure?.message.contains(reason) == true, "\(String(describing: failure))")
        }
    }

    @Test func `results of every size arrive whole by TLS`() async throws {
        let cluster = try await PostgresCluster.startWithTLS()
        // PostgreSQL 15 fills records of TLS to 8 KiB. Proxies do to the 16 KiB that are allowed, of which libpq may have
        // read a part when the socket has no more.
        let relay = try await LargeRecordRelay(before: cluster)
        for port in [cluster.port, relay.port] {
            let pool = try PostgresCluster.pool(
                at: "postgres://postgres@localhost:\(port)/postgres?sslmode=verify-full&sslrootcert="
                    + cluster.certificate, connections: 1)
            // Their ends lie everywhere in a record, and there is more than one.
            for size in stride(from: 0, to: 17_000, by: 200) {
                #expect(try await arrive(rows: 30, and: size, by: pool), "\(size)")
            }
            #expect(try await arrive(rows: 5_000, and: 5_000_000, by: pool))
            let bytes = [UInt8](repeating: 7, count: 5_000_000)
            let echoed = try await pool.transaction(.read) { transaction in
                try transaction.run("SELECT :a AS a", ["a": .bytes(bytes)]).bytes("a", of: 0)
            }
            #expect(echoed == bytes)
        }
    }

    @Test func `notifications in records that are read in parts are heard soon, and before a loss`() async throws {
        let cluster = try await PostgresCluster.startWithTLS()
        let relay = try await LargeRecordRelay(before: cluster)
        let url =
            "postgres://postgres@localhost:\(relay.port)/postgres?sslmode=verify-full&sslrootcert="
            + cluster.certificate
        let listener = PostgresListener(to: try PostgresTarget(url: url), channels: ["news"], clock: .system)
        defer { listener.close() }
        var news = listener.news.makeAsyncIterator()
        #expect(await news.next() == .listening)
        let start = ContinuousClock.now
        for end in ["end", "last"] {
            let payloads = ["a", "b", "c"].map { String(repeating: $0, count: 7000) } + [end]
            try await cluster.sql(
                "SELECT " + payloads.map { "pg_notify('news', '\($0)')" }.joined(separator: ", "), in: "postgres")
            for payload in payloads {
                let heard = await news.next()
                try #require(heard == .notified(PostgresNotification(channel: "news", payload: payload)))
            }
        }
        // A silence of ten seconds would have the server asked, and all be read by the way.
        #expect(ContinuousClock.now - start < .seconds(8))
        guard case .lost = await news.next() else {
            Issue.record("the end of the connection was not told of")
            return
        }
    }

    /// Whether so many rows of a thousand letters arrive, and one of another size before them.
    private func arrive(rows count: Int, and size: Int, by pool: PostgresPool) async throws -> Bool {
        let sizes = try await pool.transaction(.read) { transaction in
            let rows = try transaction.run(
                """
                SELECT repeat('x', :size::integer) AS text
                UNION ALL SELECT repeat('y', 1000) FROM generate_series(1, :count::integer)
                """, ["size": .integer(Int64(size)), "count": .integer(Int64(count))])
            return try (0..<rows.count).map { try rows.text("text", of: $0)?.utf8.count }
        }
        return sizes.first == size && sizes.dropFirst().allSatisfy { $0 == 1000 } && sizes.count == count + 1
    }

    @Test func `a server without TLS is not spoken with where the URL wants it`() async throws {
        let cluster = try await PostgresCluster.shared()
        let pool = try PostgresCluster.pool(
            at: "postgres://postgres@127.0.0.1:\(cluster.port)/postgres?sslmode=require")
        let failure = await failure { try await pool.run("SELECT 1") }
        #expect(failure?.message.contains("server does not support SSL") == true)
    }

    @Test func `a wrong password is told of by its code, and never repeated`() async throws {
        let cluster = try await PostgresCluster.start()
        try await cluster.sql("CREATE ROLE gateway LOGIN PASSWORD 'right'")
        try await cluster.demandPasswords()
        for (password, state) in [("canary", SQLState("28P01")), ("right", nil)] {
            let target = try PostgresTarget(url: cluster.url(user: "gateway")).with(password: password)
            let pool = PostgresPool(to: target, connections: 1, clock: .system, deadlines: .short)
            let failure = await failure { try await pool.run("SELECT 1") }
            #expect(failure?.state == state)
            #expect(failure.map { "\($0)" }?.contains("canary") != true)
        }
    }
}
