import Foundation
import Testing

/// The JSON Schema under a real validator, check-jsonschema.
@Suite(.timeLimit(.minutes(5)), .needs("check-jsonschema"))
struct SchemaTests {
    private static let validator = Program.path(of: "check-jsonschema") ?? "check-jsonschema"

    @Test func `the example fits the schema`() async throws {
        let (status, output) = try await validate([Project.folder + "/config.example.yaml"])
        #expect(status == 0, "\(output)")
    }

    /// What a schema cannot see, and why.
    private static let beyondSchemas = [
        "environment-not-set": "what variables are set is known at the start alone",
        "secret-by-a-missing-file": "what files are there is known at the start alone",
        "server-twice": "the validator's own YAML reader takes the later of two keys",
        "tokens-idle-over-lifetime": "JSON Schema does not compare two settings",
        "login-back-off-below-period": "JSON Schema does not compare two settings",
        "limits-header-too-small": "a pattern does not compare numbers with units",
        "passwords-memory-too-small": "a pattern does not compare numbers with units",
        "tokens-access-too-long": "a pattern does not compare numbers with units",
        "tokens-grace-too-long": "a pattern does not compare numbers with units",
        "tokens-rotation-too-often": "a pattern does not compare numbers with units",
        "passwords-iterations-octal": "the validator's own YAML reader takes 010 for 8",
        "access-allow-empty": "the schema does not say that one of two lists has an entry",
        "access-host-star-inside": "the schema says little of a host",
        "access-host-with-a-port": "the schema says little of a host",
        "access-path-encoded": "the schema says of a path that it begins with a slash",
        "access-path-star-star-inside": "the schema says of a path that it begins with a slash",
        "access-stale-after": "a pattern does not compare numbers with units",
        "access-test-with-two-readings": "the schema says little of a URL",
        "proxies-with-host-bits": "a pattern does not count bits",
        "mail-smtp-half-a-login": "a name and its password are asked for together by the module",
        "mail-smtp-password-in-clear": "what goes in clear is told by two settings together",
        "storage-postgres-in-clear": "it is unwise, and no mistake",
        "storage-postgres-without-proof": "it is unwise, and no mistake",
        "storage-postgres-password-in-url": "the schema says of the database's URL how it begins",
        "storage-postgres-passphrase-in-url": "the schema says of the database's URL how it begins",
        "storage-postgres-standby": "the schema says of the database's URL how it begins",
        "storage-postgres-unknown-sslmode": "the schema says of the database's URL how it begins",
        "storage-password-with-nul": "the schema says nothing of what is in a secret",
        "storage-postgres-no-such-parameter": "the schema says of the database's URL how it begins",
    ]

    @Test func `the schema refuses each broken file but those that no schema could`() async throws {
        let folder = Project.folder + "/Tests/GatewayTests/BrokenFiles"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let (_, output) = try await validate(files.map { folder + "/" + $0 })
        let passed = files.filter { !output.contains($0 + "::") && !output.contains($0 + ":") }
            .map { String($0.dropLast(5)) }
        #expect(Set(passed) == Set(Self.beyondSchemas.keys), "\(passed)\n\(output.prefix(2000))")
    }

    private func validate(_ files: [String]) async throws -> (status: Int32, output: String) {
        try await RunningProcess.run(
            Self.validator, ["--schemafile", Project.folder + "/docs/config.schema.json"] + files,
            folder: URL(fileURLWithPath: Project.folder))
    }
}
