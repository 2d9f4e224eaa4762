import Foundation
import Testing

/// The certificate that deploy/compose/secrets.sh makes: when it is made anew, and when one is left alone.
@Suite(.needs("openssl"), .timeLimit(.minutes(5)))
struct CompositionCertificateTests {
    @Test func `it is for a name of any length, and signs no other`() async throws {
        let folder = try TestFolder()
        let name = String(repeating: "a", count: 60) + "." + String(repeating: "b", count: 60) + ".example.com"
        let made = try await CompositionSecrets.make(in: folder, for: name)
        #expect(made.status == 0, "\(made.output)")
        let facts = try await openssl(x509 + ["-ext", "subjectAltName,basicConstraints", "-subject"], in: folder)
        #expect(facts.contains("DNS:\(name)\n"))
        #expect(facts.contains("Basic Constraints: critical\n    CA:FALSE"))
        #expect(facts.contains("subject=CN = auth-gateway secrets.sh"))
        #expect(try await CompositionSecrets.make(in: folder, for: name).output == "")
    }

    @Test func `one whose key is lost is made anew, with a key`() async throws {
        let folder = try TestFolder()
        _ = try await CompositionSecrets.make(in: folder)
        let first = try CompositionSecrets.texts(in: folder)
        try FileManager.default.removeItem(atPath: folder.path(key))
        let made = try await CompositionSecrets.make(in: folder)
        #expect(made.output == "made nginx/tls_key\nmade nginx/tls_certificate")
        #expect(try CompositionSecrets.text(of: "nginx/tls_key", in: folder) != first["nginx/tls_key"])
        try await expectPair(in: folder)
    }

    @Test func `one that has ended is made anew, by its key`() async throws {
        let folder = try TestFolder()
        _ = try await CompositionSecrets.make(in: folder)
        let first = try CompositionSecrets.text(of: "nginx/tls_key", in: folder)
        _ = try await openssl(
            ["x509", "-in", certificate, "-signkey", key, "-days", "-1", "-out", certificate], in: folder)
        #expect(try await CompositionSecrets.make(in: folder).output == "made nginx/tls_certificate")
        #expect(try CompositionSecrets.text(of: "nginx/tls_key", in: folder) == first)
        _ = try await openssl(x509 + ["-checkend", "0"], in: folder)
        try await expectPair(in: folder)
        #expect(try await CompositionSecrets.make(in: folder).output == "")
    }

    @Test func `one for another name is made anew`() async throws {
        let folder = try TestFolder()
        _ = try await CompositionSecrets.make(in: folder)
        let made = try await CompositionSecrets.make(in: folder, for: "example.com")
        #expect(made.output == "made nginx/tls_certificate")
        let facts = try await openssl(x509 + ["-ext", "subjectAltName"], in: folder)
        #expect(facts.hasSuffix(" DNS:example.com"))
    }

    @Test(arguments: [false, true])
    func `an operator's own is left alone, though it has ended`(losingKey: Bool) async throws {
        let folder = try TestFolder()
        _ = try await CompositionSecrets.make(in: folder)
        let signing = ["-signkey", key, "-days", "-1", "-out", certificate]
        _ = try await openssl(
            ["req", "-new", "-key", key, "-subj", "/CN=app.example.com", "-out", "own.csr"], in: folder)
        _ = try await openssl(["x509", "-req", "-in", "own.csr"] + signing, in: folder)
        let own = try CompositionSecrets.text(of: "nginx/tls_certificate", in: folder)
        if losingKey { try FileManager.default.removeItem(atPath: folder.path(key)) }
        let made = try await CompositionSecrets.make(in: folder)
        #expect(made.status == 0)
        #expect(made.output == "")
        #expect(try CompositionSecrets.text(of: "nginx/tls_certificate", in: folder) == own)
    }

    private let key = "secrets/nginx/tls_key"
    private let certificate = "secrets/nginx/tls_certificate"
    private var x509: [String] { ["x509", "-noout", "-in", certificate] }

    /// Expects that the certificate is one of the key that lies beside it.
    private func expectPair(in folder: TestFolder) async throws {
        let ofKey = try await openssl(["pkey", "-pubout", "-in", key], in: folder)
        #expect(try await openssl(x509 + ["-pubkey"], in: folder) == ofKey)
    }

    private func openssl(_ arguments: [String], in folder: TestFolder) async throws -> String {
        let (status, output) = try await RunningProcess.run(
            Program.path(of: "openssl") ?? "openssl", arguments, folder: folder.url)
        #expect(status == 0, "\(output)")
        return output
    }
}
