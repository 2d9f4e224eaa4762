import Foundation

/// A real nginx with the configuration that operators copy, in front of an application that answers with the header
/// which reached it. Both listen on unix sockets in the test's own folder, so that no port can be taken meanwhile.
struct Nginx: Sendable {
    private let process: RunningProcess
    private let application: HeaderEcho
    private let socket: String

    static func start(in folder: TestFolder, gatewayPort: Int) async throws -> Self {
        let (socket, echo) = (folder.path("nginx.sock"), folder.path("app.sock"))
        try folder.write("site.conf", shippedSite(socket: socket, application: echo, gatewayPort: gatewayPort))
        try folder.write("nginx.conf", surroundings(folder: folder.url.path))
        let application = try HeaderEcho.start(at: echo)
        let process = try RunningProcess(
            Program.path(of: "nginx") ?? "nginx",
            ["-c", folder.path("nginx.conf"), "-e", "stderr", "-p", folder.url.path], folder: folder.url)
        _ = try await process.line(containing: "start worker process ")
        return Self(process: process, application: application, socket: socket)
    }

    func send(_ exchange: HTTPExchange) async throws -> HTTPAnswer {
        try await exchange.send(to: .unix(path: socket), host: "app.example.com")
    }

    func get(_ path: String, token: String? = nil, _ headers: [(String, String)] = []) async throws -> HTTPAnswer {
        let credential = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        return try await send(HTTPExchange(path: path, headers: headers + credential))
    }

    func post(_ path: String, json: String, token: String? = nil) async throws -> HTTPAnswer {
        let credential = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        let headers = [("Content-Type", "application/json")] + credential
        return try await send(HTTPExchange(method: "POST", path: path, headers: headers, body: json))
    }

    func post(_ path: String, form: String) async throws -> HTTPAnswer {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")]
        return try await send(HTTPExchange(method: "POST", path: path, headers: headers, body: form))
    }

    func end() async {
        await process.end()
        application.end()
    }

    struct UnexpectedSite: Error { let line: String }

    /// `deploy/nginx.conf` itself but for where it listens, its certificate, and where the others are; throws when one
    /// of these lines is no longer there.
    private static func shippedSite(socket: String, application: String, gatewayPort: Int) throws -> String {
        var site = try Project.text(of: "deploy/nginx.conf")
        let changes = [
            ("server 127.0.0.1:8080;", "server 127.0.0.1:\(gatewayPort);"),
            ("server 127.0.0.1:3000;", "server unix:\(application);"),
            ("listen 443 ssl;", "listen unix:\(socket);"),
            ("ssl_certificate     /etc/ssl/certs/app.example.com.pem;", ""),
            ("ssl_certificate_key /etc/ssl/private/app.example.com.key;", ""),
        ]
        for (shipped, own) in changes {
            guard site.components(separatedBy: shipped).count == 2 else { throw UnexpectedSite(line: shipped) }
            site = site.replacingOccurrences(of: shipped, with: own)
        }
        return site
    }

    /// What Debian's nginx.conf puts around a site, as far as it matters, with every file in the test's folder. Workers
    /// of a root's nginx stay root, for nobody else enters that folder.
    private static func surroundings(folder: String) -> String {
        """
        daemon off;
        worker_processes 1;
        \(geteuid() == 0 ? "user root;" : "")
        pid \(folder)/nginx.pid;
        error_log stderr notice;
        events { worker_connections 64; }
        http {
          access_log off;
          client_body_temp_path \(folder)/body;
          proxy_temp_path \(folder)/proxy;
          fastcgi_temp_path \(folder)/fastcgi;
          uwsgi_temp_path \(folder)/uwsgi;
          scgi_temp_path \(folder)/scgi;
          include \(folder)/site.conf;
        }
        """
    }
}

/// The source tree that the tests were built from.
enum Project {
    static let folder = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

    static func text(of file: String) throws -> String {
        try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
    }
}
