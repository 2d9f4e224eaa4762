import Foundation
import GatewayTestServers
import Testing

/// deploy/compose.yaml without containers: its own files and secrets, with this machine's addresses and paths in place
/// of theirs.
struct Composition: Sendable {
    let folder: TestFolder
    let database: PostgresCluster
    let gateways: [GatewayProcess]
    let door: CompositionDoor

    static func start() async throws -> Self {
        let folder = try TestFolder()
        let made = try await CompositionSecrets.make(in: folder)
        #expect(made.status == 0, "\(made.output)")
        let database = try await database(in: folder)
        try folder.write("gateway.yaml", try settings(in: folder, on: database))
        let migrated = try await GatewayProcess.run(["migrate", "--config", "gateway.yaml"], in: folder)
        #expect(migrated.status == 0, "\(migrated.output)")
        let first = try await GatewayProcess.start(in: folder, naming: "gateway.yaml")
        let second = try await GatewayProcess.start(in: folder, naming: "gateway.yaml")
        let door = try await CompositionDoor.open(before: (first.port, second.port), in: folder)
        return Self(folder: folder, database: database, gateways: [first, second], door: door)
    }

    func get(_ path: String, token: String? = nil, _ headers: [(String, String)] = []) async throws -> HTTPAnswer {
        let credential = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        return try await door.send(HTTPExchange(path: path, headers: headers + credential))
    }

    func post(_ path: String, _ type: String, _ body: String) async throws -> HTTPAnswer {
        let headers = [("Content-Type", type)]
        return try await door.send(HTTPExchange(method: "POST", path: path, headers: headers, body: body))
    }

    /// Registers johndoe and logs in; the access token.
    func registerAndLogIn() async throws -> String {
        let json = #"{"username":"johndoe","email":"john@example.com","password":"correct horse battery"}"#
        let registered = try await post("/auth/register", "application/json", json)
        #expect(registered.status == 201)
        let form = "username=johndoe&password=correct+horse+battery"
        let login = try await post("/auth/login", "application/x-www-form-urlencoded", form)
        #expect(login.status == 200)
        return try login.text("access_token")
    }

    /// Ends what still runs.
    func end() async {
        for gateway in gateways { await gateway.end() }
        await door.close()
        await database.stop()
    }

    /// A server that asks for passwords, with what `database.sql` makes.
    private static func database(in folder: TestFolder) async throws -> PostgresCluster {
        let cluster = try await PostgresCluster.start()
        let script = try Project.text(of: "deploy/compose/database.sql")
        try folder.write("database.sql", script.replacing("/secrets/", with: folder.path("secrets/database") + "/"))
        let made = try await RunningProcess.run(
            Program.path(of: "psql") ?? "psql",
            ["-Xq", "-v", "ON_ERROR_STOP=1", "-h", cluster.folder, "-p", "\(cluster.port)", "-U", "postgres"]
                + ["-d", "postgres", "-f", folder.path("database.sql")], folder: folder.url)
        #expect(made.status == 0, "\(made.output)")
        try await cluster.demandPasswords()
        return cluster
    }

    private static func settings(in folder: TestFolder, on cluster: PostgresCluster) throws -> String {
        let own = try ProxySurroundings.changing(
            try Project.text(of: "deploy/compose/gateway.yaml"),
            [
                ("listen: 0.0.0.0:8080 ", "operations_listen: 127.0.0.1:0\n  listen: 127.0.0.1:0 "),
                ("[10.89.73.2]", "[127.0.0.1]"), ("host=/run/postgresql", "host=127.0.0.1&port=\(cluster.port)"),
                ("/var/lib/auth-gateway", folder.url.path),
                (" /secrets/secret_key", " " + folder.path("secrets/gateway/secret_key")),
                (":/secrets/database_password", ":" + folder.path("secrets/gateway/database_password")),
            ])
        return own + GatewayProcess.quickHashes
    }
}
