/// The release binary, with the settings that an empty file means but for its addresses, in a folder of its own.
@MainActor
struct GatewayServer {
    let process: ServerProcess
    let port: UInt16

    /// The shipped pipeline, but for a line of the log for one verification in a hundred, and no limits.
    static let sampledPipeline =
        "pipeline: [{use: access-log, sample_verifications: 100}, {use: security-headers}, {use: validation}]"

    /// Starts it and waits for its first answer; `extra` stands at the end of its file.
    static func start(_ binary: String, in folder: WorkFolder, extra: String = "") throws -> GatewayServer {
        let server = try spawn(binary, in: folder, extra: extra)
        try server.waitForAnswer(to: Requests.verify(token: "none"), status: 401)
        return server
    }

    /// Starts it.
    static func spawn(_ binary: String, in folder: WorkFolder, extra: String = "") throws -> GatewayServer {
        let (port, operations) = (try FreePort.next(), try FreePort.next())
        let file = try folder.write(
            "config.yaml",
            """
            server:
              listen: 127.0.0.1:\(port)
              operations_listen: 127.0.0.1:\(operations)
            \(extra)

            """)
        let process = try ServerProcess(binary, ["serve", "--config", file], log: folder.path + "/gateway.log")
        return GatewayServer(process: process, port: port)
    }

    /// Asks until there is an answer, with a fifth of a millisecond between the tries.
    func waitForAnswer(to request: [UInt8], status: Int) throws {
        while true {
            if let connection = try? Connection(port: port) {
                let answer = try connection.exchange(request)
                guard answer.status == status else { throw WrongAnswer() }
                return
            }
            try process.checkAlive()
            Moment.now().advanced(bySeconds: 0.000_2).wait()
        }
    }

    /// Registers people, some at once.
    func register(_ people: [Person]) throws {
        try Crew(of: min(4, people.count)) { [port] number in
            let connection = try Connection(port: port)
            for person in people.indices.filter({ $0 % 4 == number }).map({ people[$0] }) {
                guard try connection.exchange(person.registration).status == 201 else { throw WrongAnswer() }
            }
        }.join()
    }

    /// Logs someone in, and refreshes until there are so many access tokens.
    func tokens(of person: Person, _ count: Int) throws -> [String] {
        let connection = try Connection(port: port)
        var answer = try connection.exchange(person.login(from: 0))
        var tokens: [String] = []
        while true {
            guard answer.status == 200, let access = answer.accessToken,
                let refresh = answer.text(behind: "refresh_token")
            else { throw WrongAnswer() }
            tokens.append(access)
            guard tokens.count < count else { return tokens }
            answer = try connection.exchange(Requests.refresh(refresh))
        }
    }

    /// Logs someone in; their access token.
    func token(of person: Person) throws -> String {
        let answer = try Connection(port: port).exchange(person.login(from: 0))
        guard answer.status == 200, let token = answer.accessToken else { throw WrongAnswer() }
        return token
    }
}

/// An nginx of one process that answers everything with 204 and logs nothing.
@MainActor
struct NginxServer {
    let process: ServerProcess
    let port: UInt16

    static func start(in folder: WorkFolder) throws -> NginxServer {
        try start(in: folder, answering: "location / { return 204; }")
    }

    /// Starts one that asks at a port, over connections that it keeps, before it answers with 204.
    static func start(in folder: WorkFolder, asking port: UInt16) throws -> NginxServer {
        try start(
            in: folder,
            answering: """
                location / { auth_request /_auth; try_files /none @page; }
                location @page { return 204; }
                location = /_auth {
                  internal;
                  proxy_pass http://asked/auth/verify/nginx;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
                  proxy_set_header X-Original-Method $request_method;
                  proxy_set_header X-Forwarded-For $remote_addr;
                }
                """, beside: "upstream asked { server 127.0.0.1:\(port); keepalive 16; keepalive_requests 1000000000; }"
        )
    }

    private static func start(
        in folder: WorkFolder, answering locations: String, beside upstream: String = ""
    ) throws -> NginxServer {
        let port = try FreePort.next()
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder.path)/\($0);" }.joined(separator: " ")
        let file = try folder.write(
            "nginx.conf",
            """
            daemon off;
            master_process off;
            pid \(folder.path)/nginx.pid;
            error_log stderr;
            events { worker_connections 64; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              \(temporary)
              \(upstream)
              server { listen 127.0.0.1:\(port); \(locations) }
            }

            """)
        let process = try ServerProcess(
            "/usr/sbin/nginx", ["-c", file, "-p", folder.path, "-e", "stderr"], log: folder.path + "/nginx.log")
        while (try? Connection(port: port)) == nil {
            try process.checkAlive()
            Moment.now().advanced(bySeconds: 0.001).wait()
        }
        return NginxServer(process: process, port: port)
    }
}
