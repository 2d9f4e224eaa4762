import GatewayKit
import GatewaySQL
import GatewayTestKit
import GatewayTestServers
import Testing

@testable import GatewayProviders

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct PostgresMigrationTests {
    @Test func `texts are compared byte by byte, and no column has a type that SQLite has not`() async throws {
        let (cluster, name) = try await place(.turkish)
        _ = try await PostgresStorage.migrated(cluster.url(name))
        let columns = "FROM information_schema.columns WHERE table_schema = 'public' AND"
        let odd = try await cluster.sql(
            """
            SELECT table_name, column_name \(columns) (data_type NOT IN ('text', 'bigint', 'bytea')
                OR (data_type = 'text' AND collation_name IS DISTINCT FROM 'C'))
            """, in: name)
        #expect(odd == "")
        #expect(try await cluster.sql("SELECT count(*) > 40 \(columns) true", in: name) == "t")
    }

    @Test func `a database without a schema says which scripts it lacks, and is not touched`() async throws {
        let (cluster, name) = try await place()
        let storage = try await PostgresStorage.opened(cluster.url(name))
        #expect(
            try await storage.migrations()
                == Migrations.postgres.map { script in
                    MigrationStatus(version: script.version, name: script.name)
                })
        await #expect {
            try await storage.checkReadiness()
        } throws: { error in
            (error as? StorageError)?.cause as? SchemaProblem == .behind(missing: Migrations.postgres.count)
        }
        let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        #expect(try await cluster.sql(tables, in: name) == "0")
    }

    @Test func `many that migrate one database at once apply each script once`() async throws {
        let (cluster, name) = try await place()
        let applied = try await withThrowingTaskGroup(of: [MigrationStatus].self) { group in
            for _ in 0..<6 {
                let storage = try await PostgresStorage.opened(cluster.url(name), connections: 1)
                group.addTask { try await storage.migrate() }
            }
            return try await group.reduce([], +)
        }
        #expect(applied.map(\.version).sorted() == Migrations.postgres.map(\.version))
    }

    @Test func `what was applied is recorded with its moment, and a later program goes on from there`() async throws {
        let (cluster, name) = try await place()
        let storage = try await PostgresStorage.migrated(cluster.url(name), scripts(2))
        let first = try await storage.migrations()
        let later = try await PostgresStorage.migrated(cluster.url(name), scripts(3))
        #expect(try await later.migrations().prefix(2) == first[...])
        #expect(try await later.migrations().allSatisfy { $0.appliedAt != nil })
        await #expect {
            try await storage.checkReadiness()
        } throws: { error in
            (error as? StorageError)?.cause as? SchemaProblem == .newer(version: 3, known: 2)
        }
    }

    @Test func `a script that was edited after it was applied is refused`() async throws {
        let (cluster, name) = try await place()
        _ = try await PostgresStorage.migrated(cluster.url(name), scripts(2))
        let edited = [scripts(1)[0], Migration(2, "t2", Array("CREATE TABLE other (id TEXT)".utf8))]
        let error = await #expect(throws: StorageError.self) {
            try await PostgresStorage.migrated(cluster.url(name), edited)
        }
        #expect(error?.cause as? SchemaProblem == .changed(version: 2, name: "t2"))
    }

    @Test func `a script that fails half-way is undone, and those before it stay`() async throws {
        let (cluster, name) = try await place()
        let failing = Migration(2, "t2", Array("CREATE TABLE half (id TEXT); CREATE TABLE t1 (id TEXT);".utf8))
        let error = await #expect(throws: StorageError.self) {
            try await PostgresStorage.migrated(cluster.url(name), [scripts(1)[0], failing])
        }
        #expect(error.map { "\($0.cause)" }?.contains("relation \"t1\" already exists") == true)
        let storage = try await PostgresStorage.migrated(cluster.url(name), scripts(2))
        #expect(try await storage.migrations().count == 2)
        #expect(try await cluster.sql("SELECT to_regclass('half') IS NULL", in: name) == "t")
    }

    @Test func `the audit trail keeps its rows, whoever asks`() async throws {
        let (cluster, name) = try await place()
        _ = try await PostgresStorage.migrated(cluster.url(name))
        try await cluster.sql("INSERT INTO audit (at, kind, actor, facts) VALUES (1, 'x', 'y', '{}')", in: name)
        for command in ["DELETE FROM audit", "UPDATE audit SET actor = 'z'", "TRUNCATE audit"] {
            let error = await #expect(throws: ServerFailure.self) { try await cluster.sql(command, in: name) }
            #expect(error.map { "\($0)" }?.contains("the audit trail is append-only") == true)
        }
    }

    @Test func `nonces that were spent before the schema knew of it are erased too`() async throws {
        let (cluster, name) = try await place()
        _ = try await PostgresStorage.migrated(cluster.url(name), Array(Migrations.postgres.prefix(8)))
        try await cluster.sql(
            """
            INSERT INTO usernames VALUES ('ada', 'a');
            INSERT INTO accounts VALUES ('a', 'ada', 'a@example.com', 0, 'hash', '', 0, 1, 0, NULL);
            INSERT INTO sessions VALUES ('s', 'a', 0, 0, 1000, NULL, NULL);
            INSERT INTO refresh_tokens VALUES ('\\x01', 's', NULL, '\\xaa', 1), ('\\x02', 's', '\\x01', '\\xbb', 2),
                ('\\x03', 's', '\\x02', NULL, NULL);
            """, in: name)
        let after = try await PostgresStorage.migrated(cluster.url(name))
        let counts = try await after.write { records throws(StorageError) in
            [
                try records.sessions.eraseNonces(of: nil, rotatedBy: Timestamp(milliseconds: 0), limit: 9),
                try records.sessions.eraseNonces(of: nil, rotatedBy: Timestamp(milliseconds: 9), limit: 9),
            ]
        }
        #expect(counts == [0, 1])
    }

    private func place(_ collation: PostgresCluster.Collation = .c) async throws -> (PostgresCluster, String) {
        let cluster = try await PostgresCluster.shared()
        return (cluster, try await cluster.makeDatabase(collation))
    }

    private func scripts(_ count: Int) -> [Migration] {
        (1...count).map { Migration($0, "t\($0)", Array("CREATE TABLE t\($0) (id TEXT)".utf8)) }
    }
}
