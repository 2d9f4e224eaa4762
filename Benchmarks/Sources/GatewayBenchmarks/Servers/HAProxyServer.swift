/// An HAProxy that checks an HS256 token itself and answers with 204.
@MainActor
struct HAProxyServer {
    let process: ServerProcess
    let port: UInt16

    static func start(in folder: WorkFolder, secret: String) throws -> HAProxyServer {
        let port = try FreePort.next()
        let file = try folder.write(
            "haproxy.cfg",
            """
            global
              log stderr local0 emerg
            defaults
              mode http
              timeout client 60s
              timeout server 60s
              timeout connect 5s
              timeout http-keep-alive 60s
            frontend verify
              bind 127.0.0.1:\(port)
              http-request set-var(txn.bearer) http_auth_bearer
              http-request set-var(txn.alg) str(HS256)
              http-request return status 204 if { var(txn.bearer),jwt_verify(txn.alg,"\(secret)") -m int 1 }
              http-request return status 401

            """)
        let process = try ServerProcess(
            "/usr/sbin/haproxy", ["-db", "-f", file], log: folder.path + "/haproxy.log")
        while (try? Connection(port: port)) == nil {
            try process.checkAlive()
            Moment.now().advanced(bySeconds: 0.001).wait()
        }
        return HAProxyServer(process: process, port: port)
    }
}
