import Foundation
import GatewayTestServers
import Testing

/// A folder whose gateways keep everything in a new PostgreSQL database.
struct PostgresDeployment: Sendable {
    let cluster: PostgresCluster
    let folder: TestFolder
    let database: String
    /// What stands in the file; nil is the cluster's own.
    var url: String?

    /// Makes the database, brings its schema up, and makes the secret file that no gateway makes for a shared store.
    static func ready(on cluster: PostgresCluster) async throws -> PostgresDeployment {
        let deployment = try await new(on: cluster)
        try await deployment.prepare()
        return deployment
    }

    /// Makes the secret file, and brings the schema up.
    func prepare() async throws {
        try makeSecretFile()
        try folder.write("config.yaml", settings)
        let migrated = try await GatewayProcess.run(["migrate"], in: folder)
        #expect(migrated.status == 0, "\(migrated.output)")
    }

    /// Makes the database, and nothing in it.
    static func new(on cluster: PostgresCluster) async throws -> PostgresDeployment {
        PostgresDeployment(cluster: cluster, folder: try TestFolder(), database: try await cluster.makeDatabase())
    }

    /// What stands in the file about the store.
    var settings: String { "storage: {use: postgres, url: \"\(url ?? cluster.url(database))\", wait: 60s}\n" }

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
