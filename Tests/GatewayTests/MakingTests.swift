import Foundation
import GatewayAccounts
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import Logging
import Testing

@testable import Gateway

@Suite struct MakingTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("making-\(UUID().uuidString)")

    @Test(arguments: [
        ["users", "list"], ["users", "show", "root"], ["users", "set", "root", "--groups", "a"],
        ["users", "disable", "root"], ["users", "enable", "root"], ["users", "passwd", "root"],
        ["users", "delete", "root"], ["keys", "list"], ["keys", "rotate"], ["keys", "revoke", "x"], ["keys", "rewrap"],
        ["token", "check"],
    ])
    func `a verb that only looks or changes begins no deployment`(verb: [String]) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try configuration("storage: {use: sqlite, path: nowhere/auth.db}\n")
        #expect(await Root.run(verb + ["--config", file], on: Project.host) == ExitStatus.failed)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["config.yaml"])
    }

    /// A running server signs with the key of its own file until it is started again.
    @Test func `no verb makes or retires a signing key unasked, whatever the file says meanwhile`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let fast = "passwords: {use: bcrypt, cost: 10}\n"
        let keys = { (text: String) async throws in
            let store = try await making(deployment(of: text), mayCreate: false).store()
            return try await store.read { records throws(StorageError) in
                try records.keys.all().map { "\($0.algorithm) \($0.state)" }
            }
        }
        _ = try await making(deployment(of: fast), mayCreate: true).administration()
        #expect(try await keys(fast) == [])
        _ = try await making(deployment(of: fast), mayCreate: true).products()
        #expect(try await keys(fast) == ["ES256 active"])
        let other = fast + "tokens: {use: jwt, algorithm: EdDSA}\n"
        _ = try await making(deployment(of: other), mayCreate: true).administration()
        #expect(try await keys(other) == ["ES256 active"])
        _ = try await making(deployment(of: other), mayCreate: false).keyCare()
        #expect(try await keys(other) == ["ES256 active"])
        _ = try await making(deployment(of: other), mayCreate: true).products()
        #expect(try await keys(other) == ["ES256 retired", "EdDSA active"])
    }

    @Test func `a store that is not there is named`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let deployment = try deployment(of: "storage: {use: sqlite, path: nowhere/auth.db}\n")
        let failure = await #expect(throws: Failure.self) { try await making(deployment, mayCreate: false).store() }
        #expect(failure?.message == "there is no store at \(folder.path)/nowhere/auth.db")
    }

    @Test func `a lost secret file is never replaced when the store holds keys`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let deployment = try deployment(of: "passwords: {use: bcrypt, cost: 10}\n")
        _ = try await making(deployment, mayCreate: true).products()
        let path = deployment.path(deployment.settings.server.secretFile)
        try FileManager.default.removeItem(atPath: path)
        for mayCreate in [true, false] {
            let failure = await #expect(throws: Failure.self) {
                try await making(deployment, mayCreate: mayCreate).products()
            }
            #expect(
                failure?.message
                    == "server.secret_file: \(path) is missing, and the store may hold what only it opens: restore it"
            )
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        _ = try await making(deployment, mayCreate: false).store()
    }

    @Test func `nor is one made for a store that gateways share, be it new`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let shared = Module<any Storage>(
            .storage, "acme.shared", "Shared.", settings: Settings<Bool>.object("Nothing.") { true }
        ) { _, _ in InMemoryStorage(isShared: true) }
        let registry = ModuleRegistry(
            modules: Project.host.registry.modules + [shared], routes: GatewayEndpoints.routes)
        let deployment = try deployment(
            of: "storage: acme.shared\npasswords: {use: bcrypt, cost: 10}\n",
            on: Gateway.Host(registry: registry, environment: [:]))
        let path = deployment.path(deployment.settings.server.secretFile)
        let failure = await #expect(throws: Failure.self) { try await making(deployment, mayCreate: true).products() }
        #expect(
            failure?.message.hasPrefix("server.secret_file: \(path) is missing; all gateways of one database") == true)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// An operator's verbs make no signing key, but what they mail is sealed.
    @Test func `nor is it when the store holds accounts alone`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let deployment = try deployment(of: "passwords: {use: bcrypt, cost: 10}\n")
        _ = try await making(deployment, mayCreate: true).administration().create(
            Username("root"), EmailAddress("root@example.com"), password: Password("correct horse battery"), groups: [],
            by: .commandLine)
        let path = deployment.path(deployment.settings.server.secretFile)
        try FileManager.default.removeItem(atPath: path)
        await #expect(throws: Failure.self) { try await making(deployment, mayCreate: true).products() }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `only who may begin a deployment makes the secret file of an empty store`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let deployment = try deployment(of: "")
        _ = try await making(deployment, mayCreate: true).store()
        let path = deployment.path(deployment.settings.server.secretFile)
        #expect(!FileManager.default.fileExists(atPath: path))
        let failure = await #expect(throws: Failure.self) {
            try await making(deployment, mayCreate: false).products()
        }
        #expect(failure?.message == "server.secret_file: \(path) is missing; the first start makes it")
    }

    private func making(_ deployment: Deployment, mayCreate: Bool) -> Making {
        Making(deployment, mayCreate: mayCreate, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func configuration(_ text: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("config.yaml")
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private func deployment(of text: String, on host: Gateway.Host = Project.host) throws -> Deployment {
        var option = FileOption()
        option.config = try configuration(text)
        return try Deployment.read(option, on: host)
    }
}
