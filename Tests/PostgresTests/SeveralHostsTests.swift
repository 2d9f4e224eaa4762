import Foundation
import GatewayTestServers
import Testing

@testable import GatewayPostgres

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct SeveralHostsTests {
    @Test func `a host that takes connections and never answers is left for the next`() async throws {
        let cluster = try await PostgresCluster.shared()
        let silent = try SilentListener()
        let url = "postgres://postgres@127.0.0.1:\(silent.port),127.0.0.1:\(cluster.port)/postgres"
        let pool = try PostgresCluster.pool(at: url, deadlines: PostgresDeadlines(connect: .milliseconds(300)))
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

    @Test func `where none will do, each host's reason is told`() async throws {
        let silent = try SilentListener()
        let url = "postgres://postgres@127.0.0.1:\(silent.port),127.0.0.1:1/postgres"
        let pool = try PostgresCluster.pool(at: url, deadlines: .short)
        let failure = await failure { try await pool.run("SELECT 1") }
        #expect(failure?.message.contains("127.0.0.1 did not answer in time; ") == true)
        #expect(failure?.message.contains("port 1 failed: Connection refused") == true)
    }
}

/// Takes connections, and never says a word.
private final class SilentListener: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try PostgresCluster.bindToLoopback(descriptor)
        listen(descriptor, 16)
    }

    deinit { close(descriptor) }
}
