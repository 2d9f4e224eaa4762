import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import Gateway

@Suite struct SecretFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("secrets-\(UUID().uuidString)")
    private var path: String { folder.appendingPathComponent("data/secret.key").path }

    @Test func `a missing file is made for its owner alone, and opens what it sealed`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = SecretFile(path: path, allowsReadable: false)
        #expect(file.isMissing)
        try file.make(random: CountedRandom())
        #expect(!file.isMissing)
        let made = try file.keyring()
        let sealed = try made.seal([1, 2, 3], for: "test")
        let read = try SecretFile(path: path, allowsReadable: false).keyring()
        #expect(try read.open(sealed, for: "test") == [1, 2, 3])
        #expect(try mode(of: path) == 0o600)
        #expect(try mode(of: folder.appendingPathComponent("data").path) == 0o700)
    }

    @Test func `a file that others can read is refused, unless that is allowed`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try SecretFile(path: path, allowsReadable: false).make(random: CountedRandom())
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let error = #expect(throws: SecretFileError.self) {
            try SecretFile(path: path, allowsReadable: false).keyring()
        }
        #expect(error?.what == "can be read by others, run: chmod 600 \(path)")
        _ = try SecretFile(path: path, allowsReadable: true).keyring()
    }

    /// What systemd makes of a credential for a user that is not root: a list, which `stat` shows as a mode of 0440.
    @Test func `a file whose access list lets in the gateway's user alone is taken, and no other`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = SecretFile(path: path, allowsReadable: false)
        try file.make(random: CountedRandom())
        let own = geteuid()
        try setAccess(to: path, users: [own: 4])
        #expect(try mode(of: path) == 0o440)
        _ = try file.keyring()
        // What the mask takes away nobody has.
        try setAccess(to: path, users: [own: 4, own + 1: 2], group: 1)
        _ = try file.keyring()
        for (users, group) in [([own: 4, own + 1: 4], 0), ([own: 4], 4)] as [([uid_t: UInt8], UInt8)] {
            try setAccess(to: path, users: users, group: group)
            let error = #expect(throws: SecretFileError.self) { try file.keyring() }
            #expect(error?.what == "can be read by others, run: chmod 600 \(path)")
        }
    }

    @Test(arguments: [
        ("", "holds no key"), ("# nothing\n", "holds no key"),
        ("one:short\n", "line 1 must be id:key with a key of 32 bytes in base64url"),
        ("# note\nno colon\n", "line 2 must be id:key with a key of 32 bytes in base64url"),
    ])
    func `a file that cannot be used says where, and shows nothing of it`(text: String, what: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        #expect(isMade)
        let error = #expect(throws: SecretFileError.self) {
            try SecretFile(path: path, allowsReadable: false).keyring()
        }
        #expect(error?.what == what)
    }

    @Test func `a file is never made over another, and lines may end as Windows ends them`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = SecretFile(path: path, allowsReadable: false)
        try file.make(random: CountedRandom())
        let sealed = try file.keyring().seal([1], for: "test")
        try file.make(random: CountedRandom(seed: 2))
        #expect(try file.keyring().open(sealed, for: "test") == [1])
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data("# keys\r\n\r\n\(text.dropLast())\r\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try file.keyring().open(sealed, for: "test") == [1])
    }

    @Test func `a link to a file of its owner's alone is taken`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try SecretFile(path: path, allowsReadable: false).make(random: CountedRandom())
        let link = folder.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        _ = try SecretFile(path: link, allowsReadable: false).keyring()
    }

    private func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    /// Sets a file's access list, in the kernel's form: the owner reads, users and the group have these rights as far
    /// as a mask of reading goes, others have none.
    private func setAccess(to path: String, users: [uid_t: UInt8], group: UInt8 = 0) throws {
        let nobody = uid_t.max
        let entries: [(tag: UInt8, rights: UInt8, id: uid_t)] =
            [(0x01, 4, nobody)] + users.sorted { $0.key < $1.key }.map { (0x02, $0.value, $0.key) }
            + [(0x04, group, nobody), (0x10, 4, nobody), (0x20, 0, nobody)]
        var bytes: [UInt8] = [2, 0, 0, 0]
        for entry in entries {
            bytes += [entry.tag, 0, entry.rights, 0]
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: entry.id >> ($0 * 8)) }
        }
        let extended = FileAttributeKey(rawValue: "NSFileExtendedAttributes")
        try FileManager.default.setAttributes(
            [extended: ["system.posix_acl_access": Data(bytes)]], ofItemAtPath: path)
    }
}
