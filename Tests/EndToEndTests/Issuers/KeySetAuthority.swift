import Foundation
import Testing

/// An authority of its own, and servers over https with its certificates, as an issuer's; in the folder of a test.
///
/// Python's `ssl` speaks for the server: another implementation than the gateway's own.
struct KeySetAuthority: Sendable {
    let folder: TestFolder
    /// The file of its certificate, in PEM.
    var file: String { folder.path("\(name).pem") }
    private let name: String

    /// Makes its key and its certificate.
    static func make(_ name: String, in folder: TestFolder) async throws -> Self {
        try await openssl(["-keyout", "\(name).key", "-out", "\(name).pem", "-subj", "/CN=\(name)"], in: folder)
        return Self(folder: folder, name: name)
    }

    /// Starts a server at 127.0.0.1 that shows what lies in `keys.json` at each request, with a certificate for one
    /// address, and speaks no newer version of TLS than one.
    func server(
        at port: Int = 0, named address: String = "127.0.0.1", upTo version: String = "TLSv1_3"
    ) async throws -> KeySetServer {
        let certificate = "server-\(UUID().uuidString)"
        try await Self.openssl(
            [
                "-keyout", "\(certificate).key", "-out", "\(certificate).pem", "-subj", "/CN=issuer", "-addext",
                "subjectAltName=IP:\(address)", "-addext", "basicConstraints=critical,CA:FALSE", "-CA", "\(name).pem",
                "-CAkey", "\(name).key",
            ], in: folder)
        let process = try RunningProcess(
            try #require(Program.path(of: "python3")),
            ["-W", "ignore", "-u", "-c", Self.script, certificate, "\(port)", version], folder: folder.url)
        let line = try await process.line(containing: "listening ")
        return KeySetServer(process: process, port: try #require(line.split(separator: " ").last.flatMap { Int($0) }))
    }

    private static func openssl(_ arguments: [String], in folder: TestFolder) async throws {
        let made = try await RunningProcess.run(
            try #require(Program.path(of: "openssl")),
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
                + arguments, folder: folder.url)
        #expect(made.status == 0, "\(made.output)")
    }

    private static let script = """
        import http.server, socket, ssl, sys
        certificate, port, version = sys.argv[1:]

        class Keys(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                keys = open("keys.json", "rb").read()
                self.send_response(200 if self.path == "/keys" else 404)
                self.send_header("Content-Length", str(len(keys)))
                self.end_headers()
                self.wfile.write(keys)

        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.set_ciphers("ALL:@SECLEVEL=0")
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion[version]
        tls.load_cert_chain(certificate + ".pem", certificate + ".key")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Keys)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        print("listening", server.server_address[1])
        server.serve_forever()
        """
}

/// One of its servers.
struct KeySetServer: Sendable {
    let process: RunningProcess
    let port: Int

    /// Where the keys are.
    var url: String { "https://127.0.0.1:\(port)/keys" }

    func end() async { await process.end(SIGKILL) }
}
