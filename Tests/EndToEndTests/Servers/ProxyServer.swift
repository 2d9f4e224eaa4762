import Foundation

/// A real reverse proxy with the configuration that `auth-gateway proxy` prints, in front of an application that
/// answers with the request which reached it.
struct ProxyServer: Sendable {
    enum Kind: String, CaseIterable, Sendable, CustomStringConvertible {
        case nginx, caddy, haproxy

        var description: String { rawValue }
    }

    let kind: Kind
    let address: LocalAddress
    private let process: RunningProcess
    private let application: RequestEcho

    /// Starts a proxy and its application. The names of `file` stand in a file of the gateway's, beside its address.
    /// The proxy may be told to forward to another socket of the folder, and something that is wrong.
    static func start(
        _ kind: Kind, in folder: TestFolder, gatewayPort: Int, access: String = "{}",
        forwardingTo socket: String? = nil,
        breaking mistakes: [(printed: String, own: String)] = []
    ) async throws -> Self {
        let echo = folder.path("app.sock")
        try folder.write(
            "printed.yaml",
            """
            server: {listen: "127.0.0.1:\(gatewayPort)", public_url: "https://app.example.com"}
            access: \(access)
            """)
        let right = try await print(kind.rawValue, upstream: "unix:\(socket.map(folder.path) ?? echo)", in: folder)
        let printed = try ProxySurroundings.changing(right, mistakes)
        let site = try await ProxySurroundings(kind, folder: folder).configuration(around: printed)
        let application = try RequestEcho.start(at: echo)
        let process = try RunningProcess(
            Program.path(of: kind.rawValue) ?? kind.rawValue, site.arguments, environment: ["HOME": folder.url.path],
            folder: folder.url)
        try await wait(until: process, listensAt: site.address)
        return Self(kind: kind, address: site.address, process: process, application: application)
    }

    /// What `auth-gateway proxy` prints by the file `printed.yaml`.
    static func print(_ name: String, upstream: String, in folder: TestFolder) async throws -> String {
        let arguments = ["proxy", name, "--config", "printed.yaml", "--upstream", upstream]
        let printed = try await GatewayProcess.run(arguments, in: folder)
        guard printed.status == 0 else { throw ProcessEnded(expected: name, transcript: printed.output) }
        return printed.output + "\n"
    }

    /// Starts an nginx of these servers alone.
    static func nginx(
        _ servers: String, in folder: TestFolder, listeningAt address: LocalAddress
    ) async throws -> RunningProcess {
        let arguments = try ProxySurroundings.nginx(servers, in: folder)
        let process = try RunningProcess(Program.path(of: "nginx") ?? "nginx", arguments, folder: folder.url)
        try await wait(until: process, listensAt: address)
        return process
    }

    private static func wait(until process: RunningProcess, listensAt address: LocalAddress) async throws {
        for _ in 0..<6000 {
            if let socket = try? OpenSocket(to: address) { return withExtendedLifetime(socket) {} }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw ProcessEnded(expected: "an open port", transcript: process.transcript)
    }

    func send(_ exchange: HTTPExchange) async throws -> HTTPAnswer {
        try await exchange.send(to: address, host: "app.example.com")
    }

    func get(_ path: String, token: String? = nil, _ headers: [(String, String)] = []) async throws -> HTTPAnswer {
        try await send(HTTPExchange(path: path, headers: headers + credential(token)))
    }

    func post(_ path: String, json: String, token: String? = nil) async throws -> HTTPAnswer {
        let headers = [("Content-Type", "application/json")] + credential(token)
        return try await send(HTTPExchange(method: "POST", path: path, headers: headers, body: json))
    }

    func post(_ path: String, form: String) async throws -> HTTPAnswer {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")]
        return try await send(HTTPExchange(method: "POST", path: path, headers: headers, body: form))
    }

    private func credential(_ token: String?) -> [(String, String)] {
        token.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    func end() async {
        await process.end()
        application.end()
    }
}
