import Foundation
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
        ["users", "delete", "root"], ["keys", "list"],
    ])
    func `a verb that only looks or changes begins no deployment`(verb: [String]) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try configuration("storage: {use: sqlite, path: nowhere/auth.db}\n")
        #expect(await Root.run(verb + ["--config", file], on: Project.host) == ExitStatus.failed)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["config.yaml"])
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
        _ = try await making(deployment, mayCreate: true).flowParts()
        let path = deployment.path(deployment.settings.server.secretFile)
        try FileManager.default.removeItem(atPath: path)
        for mayCreate in [true, false] {
            let failure = await #expect(throws: Failure.self) {
                try await making(deployment, mayCreate: mayCreate).flowParts()
            }
            #expect(
                failure?.message
                    == "server.secret_file: \(path) is missing, and the store holds keys that only it opens: restore it"
            )
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        _ = try await making(deployment, mayCreate: false).store()
    }

    @Test func `only who may begin a deployment makes the secret file of an empty store`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let deployment = try deployment(of: "")
        _ = try await making(deployment, mayCreate: true).store()
        let path = deployment.path(deployment.settings.server.secretFile)
        #expect(!FileManager.default.fileExists(atPath: path))
        let failure = await #expect(throws: Failure.self) {
            try await making(deployment, mayCreate: false).flowParts()
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

    private func deployment(of text: String) throws -> Deployment {
        var option = FileOption()
        option.config = try configuration(text)
        return try Deployment.read(option, on: Project.host)
    }
}
