import Foundation
import Testing

/// The JSON Schema under a real validator, check-jsonschema.
@Suite(.timeLimit(.minutes(5)))
struct SchemaTests {
    private static let project = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    private static let validator = project + "/.build/venv/bin/check-jsonschema"

    @Test func `the example fits the schema`() async throws {
        let (status, output) = try await validate([Self.project + "/config.example.yaml"])
        #expect(status == 0, "\(output)")
    }

    /// What a schema of patterns and bounds cannot see.
    private static let beyondSchemas: Set<String> = [
        // Files, variables and other settings.
        "environment-not-set", "secret-by-a-missing-file", "server-twice", "tokens-idle-over-lifetime",
        "login-back-off-below-period",
        // The bounds of what carries a unit, and a number that the validator's own YAML reads as octal.
        "limits-header-too-small", "passwords-memory-too-small", "tokens-access-too-long", "tokens-grace-too-long",
        "passwords-iterations-octal",
        // What addresses mean, and texts and lists that are empty.
        "listen-port-too-great", "operations-to-everybody", "proxies-with-a-name", "proxies-with-host-bits",
        "public-url-insecure", "public-url-with-query", "public-url-with-user", "links-insecure",
        "mail-from-no-address",
        "secret-file-empty", "storage-path-empty", "tokens-audience-empty",
    ]

    @Test func `the schema refuses each broken file that it can`() async throws {
        let folder = Self.project + "/Tests/GatewayTests/BrokenFiles"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let (_, output) = try await validate(files.map { folder + "/" + $0 })
        let passed = files.filter { !output.contains($0 + "::") && !output.contains($0 + ":") }
            .map { String($0.dropLast(5)) }
        #expect(Set(passed).isSubset(of: Self.beyondSchemas), "\(passed)\n\(output.prefix(2000))")
    }

    private func validate(_ files: [String]) async throws -> (status: Int32, output: String) {
        try await RunningProcess.run(
            Self.validator, ["--schemafile", Self.project + "/docs/config.schema.json"] + files,
            folder: URL(fileURLWithPath: Self.project))
    }
}
