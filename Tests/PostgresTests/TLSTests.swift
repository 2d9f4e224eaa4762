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
