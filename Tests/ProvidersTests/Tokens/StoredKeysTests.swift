import GatewayKit
import GatewayPostgres
import GatewayTestKit
import GatewayTestServers
import Testing

@testable import GatewayProviders

/// Signing keys and tokens over the stores that deployments have.
@Suite struct SQLiteKeysTests {
    @Test(arguments: SigningKeysConformance.allCases)
    func `over SQLite signing keys keep their promises`(promise: SigningKeysConformance) async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        try await promise.verify(on: storage, issuer)
    }

    @Test(arguments: TokenIssuerConformance.allCases)
    func `over SQLite an issuer keeps its promises`(promise: TokenIssuerConformance) async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        try await promise.verify(on: storage, issuer)
    }
}

@Suite(.needsPostgres, .serialized, .timeLimit(.minutes(5))) struct PostgresKeysTests {
    @Test(arguments: SigningKeysConformance.allCases, PostgresCluster.Collation.allCases)
    func `over PostgreSQL signing keys keep their promises`(
        promise: SigningKeysConformance, collation: PostgresCluster.Collation
    ) async throws {
        let storage = try await storage(collation)
        defer { storage.pool.close() }
        try await promise.verify(on: storage, issuer)
    }

    @Test(arguments: TokenIssuerConformance.allCases, PostgresCluster.Collation.allCases)
    func `over PostgreSQL an issuer keeps its promises`(
        promise: TokenIssuerConformance, collation: PostgresCluster.Collation
    ) async throws {
        let storage = try await storage(collation)
        defer { storage.pool.close() }
        try await promise.verify(on: storage, issuer)
    }

    private func storage(_ collation: PostgresCluster.Collation) async throws -> PostgresStorage {
        let cluster = try await PostgresCluster.shared()
        return try await PostgresStorage.migrated(cluster.url(try await cluster.makeDatabase(collation)))
    }
}

private func issuer(_ provision: Provision) async throws -> any TokenIssuer {
    try await Slot.tokens.product(of: ["use": "jwt"], among: .providers, with: provision)
}
