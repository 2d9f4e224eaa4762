import Foundation
import GRDB
import GatewayKit
import GatewayTestKit
import GatewayTestServers
import Synchronization
import Testing

@testable import GatewayProviders

/// What administrators search and filter by goes through an index on each engine, in the order in which it is shown, so
/// that a page costs what it holds.
@Suite(.timeLimit(.minutes(5))) struct SearchPlanTests {
    /// The statements themselves, as the records run them.
    private static func statements() throws -> [RecordedStatements.Statement] {
        let recorder = RecordedStatements()
        let (accounts, audit) = (SQLAccountRecords(connection: recorder), SQLAuditRecords(connection: recorder))
        let (short, long) = (try #require(TermPrefix("us")), try #require(TermPrefix("user1@example.com.")))
        _ = try accounts.page(named: short, after: "user2", limit: 51)
        _ = try accounts.page(addressed: short, after: nil, limit: 51)
        _ = try accounts.page(addressed: long, after: "user1@example.com.a", limit: 51)
        _ = try accounts.page(after: Username(stored: "user1"), limit: 51)
        let (account, kind) = (AccountID("id-3"), AuditEvent.Kind("kind-7"))
        let moment = Timestamp(milliseconds: 30_000)
        for filter in [
            AuditFilter(), AuditFilter(account: account), AuditFilter(kind: kind),
            AuditFilter(account: account, kind: kind),
        ] {
            var bounded = filter
            (bounded.from, bounded.until) = (Timestamp(milliseconds: 5000), moment)
            _ = try audit.page(filter, after: nil, limit: 51)
            _ = try audit.page(bounded, after: AuditPlace(at: moment, id: 30_000), limit: 51)
        }
        return recorder.statements
    }

    @Test func `SQLite searches by an index and sorts nothing`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        let statements = try Self.statements()
        #expect(statements.count == 29)
        try await storage.pool.write { database in
            let numbers = """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
                """
            try database.execute(
                sql: """
                    INSERT INTO usernames \(numbers) SELECT 'user' || i, 'id-' || i FROM n;
                    INSERT INTO accounts \(numbers) SELECT 'id-' || i, 'user' || i, 'user' || i || '@example.com', 0,
                        '', '', 0, 1, 0, NULL FROM n;
                    INSERT INTO audit \(numbers) SELECT i, i, 'kind-' || i % 10, 'id-' || i / 10 % 5, 'self', NULL,
                        NULL, '{}' FROM n;
                    """)
        }
        for isAnalyzed in [false, true] {
            try await storage.pool.write { database in
                if isAnalyzed { try database.execute(sql: "ANALYZE") }
                for statement in statements {
                    let plan = try Row.fetchAll(
                        database, sql: "EXPLAIN QUERY PLAN \(statement.text)", arguments: statement.arguments
                    ).map { $0["detail"] as String }.joined(separator: "; ")
                    #expect(plan.contains("SEARCH") && plan.contains(" USING INDEX "), "\(plan)")
                    if statement.values["after"] == nil { #expect(plan.contains("<?"), "it has an end: \(plan)") }
                    #expect(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "\(plan)")
                }
            }
        }
    }

    @Test(.needsPostgres, arguments: PostgresCluster.Collation.allCases)
    func `PostgreSQL searches by an index and sorts nothing`(collation: PostgresCluster.Collation) async throws {
        let cluster = try await PostgresCluster.shared()
        let name = try await cluster.makeDatabase(collation)
        _ = try await PostgresStorage.migrated(cluster.url(name))
        _ = try await cluster.sql(
            """
            INSERT INTO usernames SELECT 'user' || i, 'id-' || i FROM generate_series(1, 40000) AS n(i);
            INSERT INTO accounts SELECT 'id-' || i, 'user' || i, 'user' || i || '@example.com', 0, '', '', 0, 1, 0, NULL
                FROM generate_series(1, 40000) AS n(i);
            INSERT INTO audit (at, kind, account_id, actor, facts)
                SELECT i, 'kind-' || i % 10, 'id-' || i / 10 % 5, 'self', '{}' FROM generate_series(1, 40000) AS n(i);
            ANALYZE
            """, in: name)
        for statement in try Self.statements() {
            let plan = try await cluster.sql("EXPLAIN " + statement.literal, in: name)
            #expect(plan.contains("Index Scan"), "\(plan)")
            #expect(!plan.contains("Seq Scan") && !plan.contains("Sort"), "\(plan)")
        }
    }
}

/// Keeps statements instead of running them.
final class RecordedStatements: SQLConnection {
    struct Statement: Sendable {
        let text: String
        let values: [String: SQLValue]
    }

    private let state = Mutex<[Statement]>([])

    var statements: [Statement] { state.withLock(\.self) }
    /// Which engine's statements are run.
    let locksRows: Bool

    init(locksRows: Bool = false) { self.locksRows = locksRows }

    func rows<Element>(
        _ statement: StaticString, _ values: [String: SQLValue], _ read: (any SQLRow) throws(StorageError) -> Element
    ) throws(StorageError) -> [Element] {
        state.withLock { $0.append(Statement(text: statement.description, values: values)) }
        return []
    }

    func execute(_ statement: StaticString, _ values: [String: SQLValue]) throws(StorageError) -> Int {
        state.withLock { $0.append(Statement(text: statement.description, values: values)) }
        return 0
    }

    func run(script: String) throws(StorageError) {}
    func isAlone(at work: SharedWork) throws(StorageError) -> Bool { true }
}

extension RecordedStatements.Statement {
    var arguments: StatementArguments {
        StatementArguments(
            values.mapValues { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .text(let text): text
                case .integer(let number): number
                case .blob(let bytes): bytes.map { Data($0) }
                }
            })
    }

    /// The statement with its values in it, the longer names before those that they begin with.
    var literal: String {
        values.sorted { $0.key.count > $1.key.count }.reduce(text) { text, value in
            let literal =
                switch value.value {
                case .text(let text): "'\(text ?? "")'"
                case .integer(let number): "'\(number ?? 0)'::bigint"
                case .blob: "''"
                }
            return text.replacing(":\(value.key)", with: literal)
        }
    }
}
