import Foundation

/// A real nginx with a private configuration on a free port of its own, in front of a back end that prints the identity
/// headers which reached it.
struct Nginx: Sendable {
    let process: RunningProcess
    let folder: TestFolder
    let port: Int

    static func start(in folder: TestFolder, gatewayPort: Int) async throws -> Self {
        let port = try FreePort.pick()
        let backEnd = try FreePort.pick()
        try folder.write(
            "nginx.conf", configuration(port: port, backEnd: backEnd, gateway: gatewayPort, folder: folder.url.path))
        let process = try RunningProcess(
            executable, ["-c", folder.path("nginx.conf"), "-e", "stderr", "-p", folder.url.path], folder: folder.url)
        _ = try await process.line(containing: "start worker process ")
        return Self(process: process, folder: folder, port: port)
    }

    private static var executable: String {
        ["/usr/sbin/nginx", "/usr/bin/nginx"].first { FileManager.default.isExecutableFile(atPath: $0) } ?? "nginx"
    }

    private static func configuration(port: Int, backEnd: Int, gateway: Int, folder: String) -> String {
        """
        daemon off;
        worker_processes 1;
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
          upstream gateway { server 127.0.0.1:\(gateway); keepalive 8; }
          server {
            listen 127.0.0.1:\(port);
            location / {
              auth_request /internal/verify;
              auth_request_set $remote_user_header $upstream_http_remote_user;
              auth_request_set $remote_groups_header $upstream_http_remote_groups;
              proxy_set_header Remote-User $remote_user_header;
              proxy_set_header Remote-Groups $remote_groups_header;
              proxy_pass http://127.0.0.1:\(backEnd);
            }
            location = /internal/verify {
              internal;
              proxy_pass http://gateway/auth/verify/nginx;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
              proxy_set_header X-Original-Method $request_method;
              proxy_pass_request_body off;
              proxy_set_header Content-Length "";
            }
          }
          server {
            listen 127.0.0.1:\(backEnd);
            default_type text/plain;
            location / { return 200 "page user=[$http_remote_user] groups=[$http_remote_groups]"; }
          }
        }
        """
    }
}

/// A loopback port that nobody holds at the moment.
enum FreePort {
    static func pick() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw LoopbackSocket.Refused(code: errno) }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
