import Foundation
import GatewayTestServers

/// What stands around a printed configuration in a test: where it listens, and files in the test's folder alone.
struct ProxySurroundings {
    struct Site {
        let arguments: [String]
        let address: LocalAddress
    }

    struct UnexpectedSite: Error { let line: String }

    private let kind: ProxyServer.Kind
    private let folder: TestFolder

    init(_ kind: ProxyServer.Kind, folder: TestFolder) {
        self.kind = kind
        self.folder = folder
    }

    /// Writes the files; throws when a line that has to be another here is not there.
    func configuration(around printed: String) async throws -> Site {
        switch kind {
        case .nginx: try nginx(printed)
        case .caddy: try caddy(printed)
        case .haproxy:
            try haproxy(printed, script: try await ProxyServer.print("haproxy-lua", upstream: "a:1", in: folder))
        }
    }

    private func nginx(_ printed: String) throws -> Site {
        let socket = folder.path("nginx.sock")
        let changed = try Self.changing(
            printed,
            [
                ("listen 443 ssl;", "listen unix:\(socket);"),
                ("ssl_certificate     /etc/ssl/certs/app.example.com.pem;", ""),
                ("ssl_certificate_key /etc/ssl/private/app.example.com.key;", ""),
            ])
        return Site(arguments: try Self.nginx(changed, in: folder), address: .unix(path: socket))
    }

    /// Writes the file of an nginx that has these servers; the arguments that it is started with.
    static func nginx(_ servers: String, in folder: TestFolder) throws -> [String] {
        // What Debian's nginx.conf puts around a site, as far as it matters. Workers of a root's nginx stay root, for
        // nobody else enters that folder.
        let home = folder.url.path
        try folder.write(
            "nginx.conf",
            """
            daemon off;
            worker_processes 1;
            \(geteuid() == 0 ? "user root;" : "")
            pid \(home)/nginx.pid;
            error_log stderr notice;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path \(home)/body;
              proxy_temp_path \(home)/proxy;
              fastcgi_temp_path \(home)/fastcgi;
              uwsgi_temp_path \(home)/uwsgi;
              scgi_temp_path \(home)/scgi;
              \(servers)
            }
            """)
        return ["-c", folder.path("nginx.conf"), "-e", "stderr", "-p", home]
    }

    private func caddy(_ printed: String) throws -> Site {
        let port = try FreePort.next()
        let changed = try Self.changing(printed, [("\napp.example.com {", "\nhttp://app.example.com:\(port) {")])
        try folder.write(
            "Caddyfile",
            """
            {
            \tadmin off
            \tauto_https off
            \tdefault_bind 127.0.0.1
            \tstorage file_system \(folder.path("caddy"))
            }
            \(changed)
            """)
        return Site(
            arguments: ["run", "--config", folder.path("Caddyfile"), "--adapter", "caddyfile"], address: .port(port))
    }

    /// Names in the abstract namespace are the whole machine's, so that each test has its own.
    private func haproxy(_ printed: String, script: String) throws -> Site {
        let port = try FreePort.next()
        let name = folder.url.lastPathComponent
        let changed = try Self.changing(
            printed,
            [
                ("lua-load /etc/haproxy/auth-gateway.lua", "lua-load \(folder.path("auth-gateway.lua"))"),
                ("bind :443 ssl crt /etc/haproxy/certs/ alpn h2,http/1.1", "bind 127.0.0.1:\(port)"),
                ("bind abns@auth-gateway", "bind abns@\(name)"),
            ])
        try folder.write("haproxy.cfg", changed)
        try folder.write("auth-gateway.lua", Self.changing(script, [("\"abns@auth-gateway\"", "\"abns@\(name)\"")]))
        return Site(arguments: ["-db", "-f", folder.path("haproxy.cfg")], address: .port(port))
    }

    /// A text with lines of it changed; throws when one of them is not there, or more than once.
    static func changing(_ text: String, _ changes: [(printed: String, own: String)]) throws -> String {
        var text = text
        for (printed, own) in changes {
            guard text.components(separatedBy: printed).count == 2 else { throw UnexpectedSite(line: printed) }
            text = text.replacingOccurrences(of: printed, with: own)
        }
        return text
    }
}
