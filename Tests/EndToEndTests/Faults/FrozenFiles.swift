import Foundation
import Testing

/// Files that nobody can write to, not even through a handle that is open already (chattr(1), attribute `i`): what a
/// store meets when its disk turns read-only.
enum FrozenFiles {
    /// Does something while these are frozen.
    static func holding(_ files: [URL], _ body: () async throws -> Void) async throws {
        let paths = files.map(\.path)
        let frozen = try await chattr("+i", paths)
        let result: Result<Void, any Error>
        do {
            guard frozen.status == 0 else { throw NotFrozen(output: frozen.output) }
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        // Before anything fails: what stays frozen cannot even be removed.
        let thawed = try await chattr("-i", paths)
        #expect(thawed.status == 0, "\(thawed.output)")
        try result.get()
    }

    fileprivate static func chattr(_ change: String, _ paths: [String]) async throws -> (status: Int32, output: String)
    {
        let program = try #require(Program.path(of: "chattr"))
        return try await RunningProcess.run(program, [change] + paths, folder: URL(filePath: "/"))
    }

    fileprivate static let why = "files cannot be made immutable by this user, or on this file system"

    private struct NotFrozen: Error, CustomStringConvertible {
        let output: String
        var description: String { "\(why):\n\(output)" }
    }
}

extension Trait where Self == ConditionTrait {
    /// Says that a test freezes files, which only root can, and not on every file system; elsewhere it is skipped and
    /// says so. But where CI is set nothing is skipped, and the test fails.
    static var needsFrozenFiles: Self {
        .enabled("\(FrozenFiles.why)") {
            if ProcessInfo.processInfo.environment["CI"] != nil { return true }
            let folder = try TestFolder()
            try folder.write("file", "")
            let path = folder.url.appendingPathComponent("file").path
            guard Program.path(of: "chattr") != nil else { return false }
            guard try await FrozenFiles.chattr("+i", [path]).status == 0 else { return false }
            return try await FrozenFiles.chattr("-i", [path]).status == 0
        }
    }
}
