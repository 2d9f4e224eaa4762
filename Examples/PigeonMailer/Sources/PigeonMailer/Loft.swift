import Foundation
import GatewayKit

/// The folder of letters. One that was taken is there whole and survives a power cut, and only the gateway's own user
/// can read it. Its calls block.
struct Loft: Sendable {
    let path: String
    let perches: Int
    let random: any RandomSource

    /// Makes the folder unless it is there.
    func open() throws {
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        _ = try file(path, O_RDONLY | O_DIRECTORY)
    }

    /// Writes a letter beside its place, then moves it there.
    func take(_ letter: Data, named name: String) throws {
        let letters = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }
        guard letters.count < perches || letters.contains(name) else {
            throw LoftProblem("all \(perches) perches of the loft are taken")
        }
        let draft = "\(path)/\(name).\(random.identifier())"
        defer { unlink(draft) }
        let file = try file(draft, O_WRONLY | O_CREAT | O_EXCL)
        try file.write(contentsOf: letter)
        try file.synchronize()
        guard rename(draft, "\(path)/\(name)") == 0 else { throw LoftProblem(doing: "move a letter to", path) }
        try self.file(path, O_RDONLY | O_DIRECTORY).synchronize()
    }

    private func file(_ path: String, _ flags: Int32) throws -> FileHandle {
        let descriptor = Foundation.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LoftProblem(doing: "open", path) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

/// What is wrong with the loft, for the person who can mend it.
struct LoftProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// States what could not be done with which path; the cause is the system's last error.
    init(doing action: String, _ path: String) {
        description = "cannot \(action) \(path): \(String(cString: strerror(errno)))"
    }
}
