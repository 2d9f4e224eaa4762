import GRDB
import GatewayKit
import GatewayTestKit
import GatewayTestServers
import Testing

@testable import GatewayProviders

/// How much an import asks of the store: few statements for a batch, each through an index.
@Suite(.timeLimit(.minutes(5))) struct ImportPlanTests {
    private static let batch = (0..<500).map { number in
        Account(
            id: AccountID("new-\(number)"), username: Username(stored: "new\(number)"),
            email: EmailAddress(stored: "new\(number)@example.com"), passwordHash: .noPassword,
            createdAt: Timestamp(seconds: 1))
    }

    private static func statements(ofPostgres isPostgres: Bool) throws -> [RecordedStatements.Statement] {
        let recorder = RecordedStatements(locksRows: isPostgres)
        let imports = SQLImportRecords(connection: recorder)
        _ = try imports.obstacles(to: batch, withIDs: batch.map(\.id), at: Timestamp(seconds: 1))
        try imports.insert(batch, with: [])
        return recorder.statements
    }

    /// The two looks, and what ends registrations that wait.
    private static func lookups(ofPostgres isPostgres: Bool) throws -> [RecordedStatements.Statement] {
        let statements = try statements(ofPostgres: isPostgres)
        return statements.prefix(2) + statements.filter { $0.text.hasPrefix("DELETE FROM registrations") }
    }

    @Test(arguments: [false, true]) func `a batch of 500 takes six statements`(isPostgres: Bool) throws {
        #expect(try Self.statements(ofPostgres: isPostgres).count == 6)
    }

    @Test func `SQLite looks a batch up by indexes`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        let looks = try Self.lookups(ofPostgres: false)
        #expect(looks.count == 3)
        for statement in looks {
            let plan = try await storage.pool.read { database in
                try Row.fetchAll(
                    database, sql: "EXPLAIN QUERY PLAN \(statement.text)", arguments: statement.arguments
                ).map { $0["detail"] as String }
            }
            #expect(plan.contains { $0.hasPrefix("SEARCH") })
            for table in ["accounts", "usernames", "audit", "links", "registrations"] {
                #expect(!plan.contains { $0.hasPrefix("SCAN \(table)") }, "\(plan)")
            }
        }
    }

    /// Plans are kept, and the first may be made while the store is empty.
    @Test(.needsPostgres) func `PostgreSQL looks a batch up by indexes, also in a store that is empty yet`()
        async throws
    {
        let cluster = try await PostgresCluster.shared()
        let name = try await cluster.makeDatabase(.c)
        _ = try await PostgresStorage.migrated(cluster.url(name))
        let looks = try Self.lookups(ofPostgres: true)
        #expect(looks.count == 3)
        for statement in looks {
            let plan = try await cluster.sql("EXPLAIN " + statement.literal, in: name)
            #expect(plan.contains("Index"), "\(plan)")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
        }
    }
}
