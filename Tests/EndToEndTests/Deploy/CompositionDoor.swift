import Foundation
import GatewayTestServers

/// nginx of deploy/compose.yaml with its own file and the certificate that was made for it, at a port of loopback.
struct CompositionDoor: Sendable {
    static let host = "app.example.com"
    let port: Int
    private let certificate: String
    private let nginx: RunningProcess

    /// Starts it in a folder that has the composition's secrets, before two gateways.
    static func open(before gateways: (Int, Int), in folder: TestFolder) async throws -> Self {
        let port = try FreePort.next()
        let application = folder.path("app.sock")
        let servers = try ProxySurroundings.changing(
            try Project.text(of: "deploy/compose/nginx.conf") + Project.text(of: "deploy/compose/app.conf"),
            [
                ("gateway-1:8080", "127.0.0.1:\(gateways.0)"), ("gateway-2:8080", "127.0.0.1:\(gateways.1)"),
                ("app:3000", "unix:\(application)"), ("listen 3000;", "listen unix:\(application);"),
                ("listen 443 ssl;", "listen 127.0.0.1:\(port) ssl;"),
                (" /secrets/tls_certificate;", " \(folder.path("secrets/nginx/tls_certificate"));"),
                (" /secrets/tls_key;", " \(folder.path("secrets/nginx/tls_key"));"),
            ])
        let nginx = try await ProxyServer.nginx(servers, in: folder, listeningAt: .port(port))
        return Self(port: port, certificate: folder.path("secrets/nginx/tls_certificate"), nginx: nginx)
    }

    /// Sends by curl over TLS, as one who trusts that certificate.
    func send(_ exchange: HTTPExchange) async throws -> HTTPAnswer {
        let folder = try TestFolder()
        var words = ["--include", "--raw", "--request", exchange.method, "--output", folder.path("answer")]
        for (name, value) in exchange.headers { words += ["--header", "\(name): \(value)"] }
        if !exchange.body.isEmpty { words += ["--data-binary", exchange.body] }
        let (status, output) = try await curl(words + trust, path: exchange.path)
        guard status == 0 else { throw ProcessEnded(expected: "an answer", transcript: output) }
        return try HTTPAnswer(parsing: Array(Data(contentsOf: URL(fileURLWithPath: folder.path("answer")))))
    }

    /// What has curl trust the certificate that was made, and nothing else.
    var trust: [String] { ["--cacert", certificate] }

    /// Runs curl for an address of this door; its exit status, and what it has printed.
    func curl(
        _ words: [String], host: String = host, path: String = "/"
    ) async throws -> (status: Int32, output: String) {
        let here = ["--disable", "--noproxy", "*", "--resolve", "\(host):\(port):127.0.0.1", "--max-time", "30"]
        return try await RunningProcess.run(
            Program.path(of: "curl") ?? "curl",
            here + ["--silent", "--show-error", "--http1.1"] + words + ["https://\(host):\(port)\(path)"],
            folder: URL(fileURLWithPath: Project.folder))
    }

    func close() async { await nginx.end() }
}
