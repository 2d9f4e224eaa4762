import GatewayTestServers
import Testing

/// The databases of the conformance suites order and fold texts as their names say, so that no suite passes for being
/// run under C.
@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct CollationTests {
    @Test func `a database of C orders by bytes and folds ASCII alone`() async throws {
        #expect(try await facts(.c) == "C C c; I -> i; É -> É; B < a < ı")
    }

    @Test func `a database of en_US orders and folds by the C library's English`() async throws {
        #expect(try await facts(.english) == "en_US.UTF-8 en_US.UTF-8 c; I -> i; É -> é; a < B < ı")
        #expect(try await texts("i, ı, z", .english) == "i, ı, z")
    }

    @Test func `a database of tr_TR orders and folds by the C library's Turkish`() async throws {
        #expect(try await facts(.turkish) == "tr_TR.UTF-8 tr_TR.UTF-8 c; I -> ı; É -> é; a < B < ı")
        #expect(try await texts("i, ı, z", .turkish) == "ı, i, z")
    }

    @Test func `a database of ICU's Turkish orders and folds by ICU`() async throws {
        #expect(try await facts(.turkishByICU) == "C C i; I -> ı; É -> é; a < B < ı")
        #expect(try await texts("i, ı, z", .turkishByICU) == "ı, i, z")
    }

    private func facts(_ collation: PostgresCluster.Collation) async throws -> String {
        let cluster = try await PostgresCluster.shared()
        return try await cluster.sql(
            """
            SELECT datcollate || ' ' || datctype || ' ' || datlocprovider::text || '; I -> ' || lower('I') || '; É -> '
                || lower('É') || '; ' || (SELECT string_agg(t, ' < ' ORDER BY t) FROM unnest('{a,B,ı}'::text[]) AS t)
                FROM pg_database WHERE datname = current_database()
            """, in: try await cluster.makeDatabase(collation))
    }

    /// Texts as a database sorts them.
    private func texts(_ list: String, _ collation: PostgresCluster.Collation) async throws -> String {
        let cluster = try await PostgresCluster.shared()
        return try await cluster.sql(
            "SELECT string_agg(t, ', ' ORDER BY t) FROM unnest(string_to_array('\(list)', ', ')) AS t",
            in: try await cluster.makeDatabase(collation))
    }
}
