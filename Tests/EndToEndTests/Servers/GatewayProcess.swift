import Foundation
import Testing

/// The real binary in a folder of its own, on free ports.
struct GatewayProcess: Sendable {
    let process: RunningProcess
    let folder: TestFolder
    let port: Int
    let operationsPort: Int

    /// Starts `auth-gateway serve` and waits until it says that it is ready.
    ///
    /// `server` stands in that section of a file that binds free ports, `extra` behind it; a command that runs the
    /// binary may stand before it, and it may be left to find the file.
    static func start(
        in folder: TestFolder, server: String = "log: {level: debug}", extra: String = "",
        environment: [String: String] = [:], behind command: [String] = [], naming file: String? = "config.yaml"
    ) async throws -> Self {
        try folder.write("config.yaml", Self.file(server: server, extra: extra))
        let words = command + [binary, "serve"] + (file.map { ["--config", $0] } ?? [])
        let process = try RunningProcess(
            words[0], Array(words.dropFirst()), environment: environment, folder: folder.url)
        let line = try await process.line(containing: "ready to serve")
        return Self(
            process: process, folder: folder, port: try port("address", in: line),
            operationsPort: try port("operations", in: line))
    }

    /// Settings with which many hashes are computed soon. Dozens of gateways share two processors, where those of other
    /// settings would wait for each other longer than a client does.
    static let quickHashes = "passwords: {use: argon2id, memory: 7MiB, iterations: 1}\n"

    /// Settings of the file with which nothing but the flows stands before them.
    static let quick = quickHashes + "pipeline: []\n"

    /// The file that ``start(in:server:extra:environment:behind:)`` writes.
    static func file(server: String, extra: String) -> String {
        let passwords = extra.contains("passwords:") ? "" : quickHashes
        return """
            server:
              listen: 127.0.0.1:0
              operations_listen: 127.0.0.1:0
              public_url: http://localhost:8080
              \(server)
            \(extra)
            \(passwords)
            """
    }

    func get(_ path: String, _ headers: [(String, String)] = []) async throws -> HTTPAnswer {
        try await HTTPExchange(path: path, headers: headers).send(to: port)
    }

    func get(_ path: String, token: String) async throws -> HTTPAnswer {
        try await get(path, [("Authorization", "Bearer \(token)")])
    }

    func send(_ method: String, _ path: String, token: String) async throws -> HTTPAnswer {
        try await HTTPExchange(method: method, path: path, headers: [("Authorization", "Bearer \(token)")])
            .send(to: port)
    }

    func send(_ method: String, _ path: String, json: String, token: String? = nil) async throws -> HTTPAnswer {
        var headers = [("Content-Type", "application/json")]
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        return try await HTTPExchange(method: method, path: path, headers: headers, body: json).send(to: port)
    }

    func send(_ method: String, _ path: String, form: String) async throws -> HTTPAnswer {
        try await HTTPExchange(
            method: method, path: path, headers: [("Content-Type", "application/x-www-form-urlencoded")], body: form
        ).send(to: port)
    }

    /// Logs in with the form.
    func logIn(_ name: String, _ password: String) async throws -> HTTPAnswer {
        let encoded = password.replacingOccurrences(of: " ", with: "+")
        return try await send("POST", "/auth/login", form: "username=\(name)&password=\(encoded)")
    }

    /// Whether `/auth/verify` lets a token pass.
    func verify(_ token: String) async throws -> Int { try await get("/auth/verify", token: token).status }

    /// Waits until another process's change has reached this one; the suite's time limit bounds it.
    func waitUntilRefused(_ token: String) async throws {
        while try await verify(token) != 401 { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// Asks again and again, a hundred times a second at most. Tries are counted and not time, which a busy machine
    /// takes from both sides; that a second is enough is shown with a clock that stands still.
    static func expectWithinASecond(_ isSo: () async throws -> Bool) async throws {
        for _ in 0..<100 {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it is not so after a hundred tries")
    }

    /// Runs another verb of the binary in the same folder.
    func run(_ arguments: [String], input: String = "") async throws -> (status: Int32, output: String) {
        try await Self.run(arguments, input: input, in: folder)
    }

    static func run(
        _ arguments: [String], input: String = "", in folder: TestFolder, environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        try await RunningProcess.run(binary, arguments, input: input, environment: environment, folder: folder.url)
    }

    func end() async { await process.end() }

    /// The product that lies beside the test bundle.
    static var binary: String {
        let arguments = CommandLine.arguments.map { URL(fileURLWithPath: $0) }
        let bundle =
            arguments.first { $0.lastPathComponent.hasSuffix(".xctest") } ?? Bundle.main.executableURL ?? arguments[0]
        return bundle.deletingLastPathComponent().appendingPathComponent("auth-gateway").path
    }

    private static func port(_ key: String, in line: String) throws -> Int {
        let value = line.split(separator: " ").first { $0.hasPrefix(key + "=") }
        guard let port = value?.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw HTTPAnswer.Unreadable(text: line)
        }
        return port
    }
}

/// A folder that goes with the test.
final class TestFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("auth-gateway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    deinit { try? FileManager.default.removeItem(at: url) }
}
