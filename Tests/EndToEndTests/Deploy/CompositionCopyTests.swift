import Foundation
import Testing

/// Secrets of deploy/compose.yaml on the host: where docs/deploy.md has them copied, and where they lay before.
@Suite(.timeLimit(.minutes(5)))
struct CompositionCopyTests {
    @Test func `the copy of the key that is documented is its owner's alone, and outside of the tree`() async throws {
        let document = try Project.text(of: "docs/deploy.md")
        let commands = document.split(separator: "\n\n").filter { $0.contains("cat /secrets/secret_key") }
        let command = try #require(commands.count == 1 ? commands.first : nil)
        let folder = try TestFolder()
        for name in ["home", "tree"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        try CompositionSecrets.program("docker", "echo k1:key", in: folder)
        let surroundings = ["PATH": folder.path("bin") + ":/usr/bin:/bin", "HOME": folder.path("home")]
        let (status, output) = try await RunningProcess.run(
            "/bin/bash", ["-c", "umask 022\n\(command)"], environment: surroundings,
            folder: URL(fileURLWithPath: folder.path("tree")))
        #expect(status == 0, "\(output)")
        let files = FileManager.default
        #expect(try files.contentsOfDirectory(atPath: folder.path("tree")) == [])
        #expect(try files.contentsOfDirectory(atPath: folder.path("home")) == ["auth-gateway.secret_key"])
        let copy = folder.path("home/auth-gateway.secret_key")
        #expect(try String(contentsOfFile: copy, encoding: .utf8) == "k1:key\n")
        #expect(try files.attributesOfItem(atPath: copy)[.posixPermissions] as? Int == 0o600)
    }

    @Test(arguments: [(".gitignore", "/deploy/compose/secrets"), (".dockerignore", "deploy/compose/secrets")])
    func `the folder in which they lay before goes into no commit and no image`(file: String, line: String) throws {
        #expect(try Project.text(of: file).split(separator: "\n").contains { $0 == line })
    }
}
