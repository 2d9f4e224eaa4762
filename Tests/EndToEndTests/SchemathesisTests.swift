import Foundation
import Testing

/// The served OpenAPI document under a validator, and the gateway under requests that are made up from it.
@Suite(.timeLimit(.minutes(20)))
struct SchemathesisTests {
    @Test(.needs("openapi-spec-validator"))
    func `the served document is valid OpenAPI 3_1`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let answer = try await gateway.get("/openapi.json")
        #expect(answer.status == 200)
        try gateway.folder.write("openapi.json", answer.body)
        let validator = Program.path(of: "openapi-spec-validator") ?? "openapi-spec-validator"
        let (status, output) = try await RunningProcess.run(
            validator, ["--schema", "3.1", "openapi.json"], folder: gateway.folder.url)
        #expect(status == 0, "\(output)")
        await gateway.end()
    }

    /// Some thousands of requests, good ones and bad ones, from a fixed seed; see `schemathesis.toml` beside this file.
    @Test(.needs("schemathesis"))
    func `whatever the document allows or forbids, the gateway answers as it says`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: Self.settings)
        let (email, password) = ("jane@example.com", "correct horse battery")
        let jane = #"{"username":"jane","email":"\#(email)","password":"\#(password)"}"#
        #expect(try await gateway.send("POST", "/auth/register", json: jane).status == 201)
        // An administrator has every route, and cannot be locked out by what is made up.
        #expect(try await gateway.run(["users", "set", "jane", "--groups", "admins"]).status == 0)
        let address = "http://127.0.0.1:\(gateway.port)"
        let paths = try await gateway.get("/openapi.json").json()["paths"] as? [String: [String: Any]] ?? [:]
        let count = paths.values.reduce(0) { $0 + $1.count } - 1  // The document's own route is asked to begin with.
        let (status, output) = try await RunningProcess.run(
            Program.path(of: "schemathesis") ?? "schemathesis",
            [
                "--no-color", "--config-file", Project.folder + "/Tests/EndToEndTests/schemathesis.toml", "run",
                address + "/openapi.json", "--url", address, "--checks", "all", "--seed", "1",
            ],
            environment: ["GATEWAY_EMAIL": email, "GATEWAY_PASSWORD": password], folder: gateway.folder.url)
        #expect(status == 0, "\(output.suffix(20_000))")
        #expect(output.contains("Tested: \(count)\n"), "\(output.suffix(3000))")
        await gateway.end()
    }

    /// Without limits, which would answer for the routes, and with the cheapest hashing that is allowed.
    private static let settings = """
        pipeline: [{use: access-log}, {use: security-headers}, {use: validation}]
        passwords: {use: argon2id, memory: 7MiB, iterations: 1}
        login: {guesses: {per_account: 1000000 per 15m}}
        """
}
