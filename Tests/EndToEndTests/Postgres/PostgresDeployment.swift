import Foundation
import GatewayTestServers
import Testing

/// A folder whose gateways keep everything in a new PostgreSQL database.
struct PostgresDeployment: Sendable {
    let cluster: PostgresCluster
    let folder: TestFolder
    let database: String

    /// Makes the database, brings its schema up, and makes the secret file that no gateway makes for a shared store.
    static func ready(on cluster: PostgresCluster) async throws -> PostgresDeployment {
        let deployment = try await new(on: cluster)
        try deployment.makeSecretFile()
        try deployment.folder.write("config.yaml", deployment.settings)
        let migrated = try await GatewayProcess.run(["migrate"], in: deployment.folder)
        #expect(migrated.status == 0, "\(migrated.output)")
        return deployment
    }

    /// Makes the database, and nothing in it.
    static func new(on cluster: PostgresCluster) async throws -> PostgresDeployment {
        PostgresDeployment(cluster: cluster, folder: try TestFolder(), database: try await cluster.makeDatabase())
    }

    /// What stands in the file about the store.
    var settings: String { "storage: {use: postgres, url: \"\(cluster.url(database))\", wait: 60s}\n" }

    func start(
        waiting wait: String = "60s", with extra: String = GatewayProcess.quick
    ) async throws -> GatewayProcess {
        try await GatewayProcess.start(
            in: folder, server: "log: {level: info}", extra: settings.replacing("60s", with: wait) + extra)
    }

    func makeSecretFile() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("data"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let key = "k1:" + String(repeating: "A", count: 43) + "\n"
        #expect(
            FileManager.default.createFile(
                atPath: folder.path("data/secret.key"), contents: Data(key.utf8), attributes: [.posixPermissions: 0o600]
            )
        )
    }
}
