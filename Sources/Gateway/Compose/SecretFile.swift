import Foundation
import GatewayKit

/// The file that holds the deployment's own keys: lines `id:key`, a key being 32 bytes in base64url; `#` begins a
/// comment.
struct SecretFile {
    let path: String
    /// Whether a file that group or others can read is taken all the same.
    let allowsReadable: Bool

    /// Whether there is nothing at the path; a link that leads nowhere is something.
    var isMissing: Bool { FileManager.default.hasNothing(at: path) }

    /// The keys of the file.
    func keyring() throws(SecretFileError) -> SecretKeyring {
        let attributes: [FileAttributeKey: Any]
        let contents: String
        do {
            // Mounted secrets are often links, whose own mode says nothing.
            let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            attributes = try FileManager.default.attributesOfItem(atPath: target)
            contents = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw SecretFileError(path: path, what: "cannot be read")
        }
        guard allowsReadable || !Self.othersCanRead(attributes) else {
            throw SecretFileError(path: path, what: "can be read by others, run: chmod 600 \(path)")
        }
        return SecretKeyring(try keys(in: contents))
    }

    private static func othersCanRead(_ attributes: [FileAttributeKey: Any]) -> Bool {
        let mode = (attributes[.posixPermissions] as? Int) ?? 0
        guard mode & 0o007 == 0 else { return true }
        return mode & 0o070 != 0 && AccessList(in: attributes)?.letsInOthers(than: geteuid()) ?? true
    }

    private func keys(in contents: String) throws(SecretFileError) -> [(id: String, key: Secret<[UInt8]>)] {
        var keys: [(id: String, key: Secret<[UInt8]>)] = []
        // "\r\n" is one character to Swift, and a newline.
        let lines = contents.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.isEmpty || text.hasPrefix("#") { continue }
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, (1...64).contains(parts[0].utf8.count),
                let key = Base64URL.decode(parts[1].utf8), key.count == 32
            else {
                throw SecretFileError(
                    path: path, what: "line \(number + 1) must be id:key with a key of 32 bytes in base64url")
            }
            let id = String(parts[0])
            guard !keys.contains(where: { $0.id == id }) else {
                throw SecretFileError(path: path, what: "line \(number + 1) repeats the id '\(id)'")
            }
            keys.append((id, Secret(key)))
        }
        guard !keys.isEmpty else { throw SecretFileError(path: path, what: "holds no key") }
        return keys
    }

    /// Makes the file with one new key, for its owner's eyes alone. It is written beside its place and linked in, so
    /// that of two processes that start at once one makes it, and nobody reads half of it.
    func make(random: any RandomSource) throws(SecretFileError) {
        let manager = FileManager.default
        let folder = (path as NSString).deletingLastPathComponent
        let draft = path + "." + random.identifier()
        let line = "\(random.identifier().prefix(8)):\(Base64URL.encode(random.bytes(32)))\n"
        do {
            if !folder.isEmpty, !manager.fileExists(atPath: folder) {
                try manager.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            defer { unlink(draft) }
            let file = open(draft, O_CREAT | O_EXCL | O_WRONLY, 0o600)
            guard file >= 0 else { throw SecretFileError(path: path, what: "cannot be made") }
            let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
            try handle.write(contentsOf: Data(line.utf8))
            try handle.synchronize()
            try handle.close()
            guard link(draft, path) == 0 || errno == EEXIST else {
                throw SecretFileError(path: path, what: "cannot be made")
            }
            try syncFolder(folder.isEmpty ? "." : folder)
        } catch {
            throw SecretFileError(path: path, what: "cannot be made: its folder is not writable")
        }
    }

    /// Makes the file's name survive a power cut too: the store soon holds what only this file opens.
    private func syncFolder(_ folder: String) throws(SecretFileError) {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(directory) }
        guard directory >= 0, fsync(directory) == 0 else { throw SecretFileError(path: path, what: "cannot be made") }
    }
}

/// Why the secret file cannot be used.
struct SecretFileError: Error, Hashable, CustomStringConvertible {
    let path: String
    let what: String

    var description: String { "server.secret_file: \(path) \(what)" }
}
