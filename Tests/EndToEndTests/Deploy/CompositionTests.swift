import Foundation
import GatewayTestServers
import Testing

/// deploy/compose.yaml without containers: its own files, with this machine's addresses and paths in place of theirs.
@Suite(.needsPostgres, .needs("nginx"), .timeLimit(.minutes(5)))
struct CompositionTests {
    @Test func `nginx, two gateways and PostgreSQL go on when one gateway does not`() async throws {
        let folder = try TestFolder()
        let cluster = try await database(in: folder)
        let settings = try settings(in: folder, on: cluster)
        try folder.write("gateway.yaml", settings)
        let migrated = try await GatewayProcess.run(["migrate", "--config", "gateway.yaml"], in: folder)
        #expect(migrated.status == 0, "\(migrated.output)")
        let first = try await GatewayProcess.start(in: folder, naming: "gateway.yaml")
        let second = try await GatewayProcess.start(in: folder, naming: "gateway.yaml")
        let site = try await nginx(before: [first, second], in: folder)

        let json = #"{"username":"johndoe","email":"john@example.com","password":"correct horse battery"}"#
        let body = [("Content-Type", "application/json")]
        let registered = try await site.send(
            HTTPExchange(method: "POST", path: "/auth/register", headers: body, body: json))
        #expect(registered.status == 201)
        let form = [("Content-Type", "application/x-www-form-urlencoded")]
        let words = "username=johndoe&password=correct+horse+battery"
        let login = try await site.send(HTTPExchange(method: "POST", path: "/auth/login", headers: form, body: words))
        let token = [("Authorization", "Bearer \(try login.text("access_token"))")]
        #expect(try await site.send(HTTPExchange(path: "/")).status == 401)
        for _ in 1...4 {
            let page = try await site.send(HTTPExchange(path: "/", headers: token))
            #expect(page.body == "You are johndoe, of the groups ''.\n")
        }
        // Both count in one place.
        #expect(try await cluster.sql("SELECT count(*) > 0 FROM rate_limits", in: "gateway") == "t")
        #expect(await first.process.end() == 0)
        for _ in 1...20 { #expect(try await site.send(HTTPExchange(path: "/", headers: token)).status == 200) }
        #expect(await second.process.end() == 0)
        await site.process.end()
        await cluster.stop()
    }

    /// A server that asks for passwords, with what `database.sql` makes.
    private func database(in folder: TestFolder) async throws -> PostgresCluster {
        let cluster = try await PostgresCluster.start()
        try folder.write("database_password", "stand-by-the-gate")
        let script = try Project.text(of: "deploy/compose/database.sql")
        try folder.write("database.sql", script.replacing("/secrets", with: folder.url.path))
        let made = try await RunningProcess.run(
            Program.path(of: "psql") ?? "psql",
            ["-Xq", "-v", "ON_ERROR_STOP=1", "-h", cluster.folder, "-p", "\(cluster.port)", "-U", "postgres"]
                + ["-d", "postgres", "-f", folder.path("database.sql")], folder: folder.url)
        #expect(made.status == 0, "\(made.output)")
        try await cluster.demandPasswords()
        return cluster
    }

    private func settings(in folder: TestFolder, on cluster: PostgresCluster) throws -> String {
        try folder.write("secret_key", "k1:" + String(repeating: "A", count: 43) + "\n")
        chmod(folder.path("secret_key"), 0o400)
        let own = try ProxySurroundings.changing(
            try Project.text(of: "deploy/compose/gateway.yaml"),
            [
                ("listen: 0.0.0.0:8080 ", "operations_listen: 127.0.0.1:0\n  listen: 127.0.0.1:0 "),
                ("[10.89.73.2]", "[127.0.0.1]"), ("host=/run/postgresql", "host=127.0.0.1&port=\(cluster.port)"),
                ("/var/lib/auth-gateway", folder.url.path),
            ])
        return own.replacing(" /secrets", with: " " + folder.url.path)
            .replacing("file:/secrets", with: "file:" + folder.url.path) + GatewayProcess.quickHashes
    }

    private func nginx(before gateways: [GatewayProcess], in folder: TestFolder) async throws -> Site {
        let application = folder.path("app.sock")
        let socket = folder.path("nginx.sock")
        let servers = try ProxySurroundings.changing(
            try Project.text(of: "deploy/compose/nginx.conf") + Project.text(of: "deploy/compose/app.conf"),
            [
                ("gateway-1:8080", "127.0.0.1:\(gateways[0].port)"),
                ("gateway-2:8080", "127.0.0.1:\(gateways[1].port)"),
                ("app:3000", "unix:\(application)"), ("listen 3000;", "listen unix:\(application);"),
                ("listen 443 ssl;", "listen unix:\(socket);"),
                ("ssl_certificate     /secrets/tls_certificate;", ""),
                ("ssl_certificate_key /secrets/tls_key;", ""),
            ])
        let address = LocalAddress.unix(path: socket)
        return Site(address: address, process: try await ProxyServer.nginx(servers, in: folder, listeningAt: address))
    }

    private struct Site {
        let address: LocalAddress
        let process: RunningProcess

        func send(_ exchange: HTTPExchange) async throws -> HTTPAnswer {
            try await exchange.send(to: address, host: "app.example.com")
        }
    }
}
