import Foundation
import Testing

/// deploy/compose/secrets.sh, which a service of deploy/compose.yaml runs before all others.
@Suite(.needs("openssl"), .timeLimit(.minutes(5)))
struct CompositionSecretsTests {
    @Test func `every secret is made by chance, and never again`() async throws {
        let folder = try TestFolder()
        let made = try await CompositionSecrets.make(in: folder)
        #expect(made.status == 0)
        #expect(made.output == CompositionSecrets.files.map { "made " + $0 }.joined(separator: "\n"))
        let first = try CompositionSecrets.texts(in: folder)
        let again = try await CompositionSecrets.make(in: folder)
        #expect(again.status == 0)
        #expect(again.output == "")
        #expect(try CompositionSecrets.texts(in: folder) == first)

        let other = try TestFolder()
        #expect(try await CompositionSecrets.make(in: other).status == 0)
        for (file, text) in try CompositionSecrets.texts(in: other) { #expect(first[file] != text, "\(file)") }
    }

    @Test func `what one of two containers has lost is what the other still knows`() async throws {
        let folder = try TestFolder()
        _ = try await CompositionSecrets.make(in: folder)
        let first = try CompositionSecrets.texts(in: folder)
        #expect(first["gateway/database_password"] == first["database/database_password"])
        #expect(first["database/database_owner_password"] != first["database/database_password"])
        for file in ["gateway/database_password", "database/database_password"] {
            try FileManager.default.removeItem(atPath: folder.path("secrets/" + file))
            #expect(try await CompositionSecrets.make(in: folder).output == "made " + file)
            #expect(try CompositionSecrets.texts(in: folder) == first)
        }
    }

    @Test func `what was cut off is finished, by a certificate of the key that is there`() async throws {
        let folder = try TestFolder()
        _ = try await CompositionSecrets.make(in: folder)
        let key = try CompositionSecrets.text(of: "nginx/tls_key", in: folder)
        let half = folder.path("secrets/nginx/tls_certificate")
        try FileManager.default.moveItem(atPath: half, toPath: half + ".new")
        chmod(half + ".new", 0)
        #expect(try await CompositionSecrets.make(in: folder).output == "made nginx/tls_certificate")
        #expect(try CompositionSecrets.text(of: "nginx/tls_key", in: folder) == key)
        let ofKey = try await openssl(["pkey", "-pubout", "-in", folder.path("secrets/nginx/tls_key")], in: folder)
        #expect(try await openssl(["x509", "-noout", "-pubkey", "-in", half], in: folder) == ofKey)
        #expect(!FileManager.default.fileExists(atPath: half + ".new"))
    }

    @Test func `nothing is kept where there is no chance to be had`() async throws {
        let folder = try TestFolder()
        try CompositionSecrets.program("openssl", "exit 1", in: folder)
        #expect(try await CompositionSecrets.make(in: folder).status == 1)
        for file in CompositionSecrets.files {
            #expect(!FileManager.default.fileExists(atPath: folder.path("secrets/" + file)), "\(file)")
        }
    }

    @Test(
        .enabled(if: geteuid() == 0, "nobody but root gives files away"),
        arguments: [
            (10001, "gateway/secret_key gateway/database_password"),
            (999, "database/database_password database/database_owner_password"),
            (65534, ""),
        ])
    func `a container's user can read what is made for it, and nothing else`(user: Int, files: String) async throws {
        let folder = try TestFolder()
        chmod(folder.url.path, 0o711)
        _ = try await CompositionSecrets.make(in: folder)
        let asUser = ["--reuid", "\(user)", "--regid", "\(user)", "--clear-groups"]
        let look = ["sh", "-c", #"for file; do if [ -r "$file" ]; then echo "$file"; fi; done"#, "sh"]
        let secrets = folder.url.appendingPathComponent("secrets")
        let read = try await RunningProcess.run(
            "/usr/bin/setpriv", asUser + look + CompositionSecrets.files, folder: secrets)
        #expect(read.output.split(separator: "\n").joined(separator: " ") == files)
        let write = ["sh", "-c", #"for file; do if [ -w "$file" ]; then echo "$file"; fi; done"#, "sh"]
        let written = try await RunningProcess.run(
            "/usr/bin/setpriv", asUser + write + CompositionSecrets.files, folder: secrets)
        #expect(written.output == "")
    }

    private func openssl(_ arguments: [String], in folder: TestFolder) async throws -> String {
        let (status, output) = try await RunningProcess.run(
            Program.path(of: "openssl") ?? "openssl", arguments, folder: folder.url)
        #expect(status == 0, "\(output)")
        return output
    }
}
