import GatewayKit
import GatewayPostgres
import GatewaySQL
import GatewayTestKit
import GatewayTestServers
import Testing

@testable import GatewayProviders

/// Whatever order of texts the database has by default, the answers are the same; one suite after the other, for each
/// check has a database and connections of its own.
@Suite(.needsPostgres, .serialized, .timeLimit(.minutes(10))) struct PostgresConformanceTests {
    @Test(arguments: PostgresCluster.Collation.allCases, StorageConformance.checks)
    func `PostgreSQL keeps every promise of storage`(
        collation: PostgresCluster.Collation, check: StorageConformance.Check
    ) async throws {
        let cluster = try await PostgresCluster.shared()
        let url = cluster.url(try await cluster.makeDatabase(collation))
        try await check.verify(in: StoragePlace { try await PostgresStorage.migrated(url) })
    }
}

extension PostgresStorage {
    /// Opens a database with few connections, and brings its schema up.
    static func migrated(
        _ url: String, _ scripts: [Migration] = Migrations.postgres, time: any TimeSource = SystemTime(),
        deadlines: PostgresDeadlines = .patient
    ) async throws -> PostgresStorage {
        let storage = try await opened(url, scripts: scripts, time: time, deadlines: deadlines)
        _ = try await storage.migrate()
        return storage
    }

    /// Opens a database as it is.
    static func opened(
        _ url: String, scripts: [Migration] = Migrations.postgres, connections: Int = 4,
        time: any TimeSource = SystemTime(), deadlines: PostgresDeadlines = .patient,
        meters: StorageMeters = StorageMeters()
    ) async throws -> PostgresStorage {
        try await open(
            PostgresTarget(url: url), connections: connections, waiting: .seconds(60), time: time, scripts: scripts,
            deadlines: deadlines, meters: meters, logger: RecordedLog().logger)
    }
}

extension PostgresDeadlines {
    /// For a server that is to answer, on whatever busy machine.
    static let patient = PostgresDeadlines(
        connect: .seconds(30), statement: .seconds(30), wait: .seconds(60), transaction: .seconds(60))

    /// For a server that is not to answer.
    static let short = PostgresDeadlines(
        connect: .milliseconds(300), statement: .milliseconds(300), wait: .milliseconds(500),
        transaction: .milliseconds(600))
}
