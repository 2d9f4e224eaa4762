import Foundation
import GatewayKit

/// A folder whose files are written whole and durably: beside their place, synced, renamed into it, the folder synced.
///
/// Its calls block: they belong on a ``BlockingExecutor``.
struct DurableFolder: Sendable {
    private let path: String
    private let random: any RandomSource

    /// Takes the folder's path, and where the names of drafts come from.
    init(_ path: String, random: any RandomSource) {
        self.path = path
        self.random = random
    }

    /// Makes the folder and those above it, each for its owner alone; one that is there is taken as it is, unless group
    /// or others can write into it.
    func create() throws(FileError) {
        try make(path)
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileError("cannot use", path) }
        defer { close(folder) }
        var status = stat()
        guard unsafe fstat(folder, &status) == 0 else { throw FileError("cannot use", path) }
        guard status.st_mode & 0o022 == 0 else {
            throw FileError(sentence: "\(path) can be written by group or others, run: chmod go-w \(path)")
        }
    }

    /// Removes the drafts of processes that are gone. One that is still being written is lost with them, and its writer
    /// told so.
    func removeDrafts() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasPrefix(".") && name.hasSuffix(".draft") { unlink("\(path)/\(name)") }
    }

    /// Writes a file in place of one of that name; there is nobody but its owner who can read it.
    func save(_ bytes: [UInt8], as name: String) throws(FileError) {
        let target = "\(path)/\(name)"
        // Two processes may have one mail in hand, and one process number in two containers.
        let draft = "\(path)/.\(name).\(random.identifier()).draft"
        do throws(FileError) {
            try writeDraft(bytes, at: draft)
            guard rename(draft, target) == 0 else { throw FileError("cannot write", target) }
        } catch {
            unlink(draft)
            throw error
        }
        try sync(path)
    }

    /// Makes a folder and those above it that are not there, and their names survive a power cut.
    private func make(_ folder: String) throws(FileError) {
        if mkdir(folder, 0o700) == 0 { return try sync(parent(of: folder)) }
        switch errno {
        case EEXIST: return
        case ENOENT where parent(of: folder) != folder:
            try make(parent(of: folder))
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw FileError("cannot make", folder) }
            try sync(parent(of: folder))
        default: throw FileError("cannot make", folder)
        }
    }

    private func writeDraft(_ bytes: [UInt8], at draft: String) throws(FileError) {
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileError("cannot write", draft) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError("cannot write", draft) }
            written += count
        }
        guard fsync(file) == 0 else { throw FileError("cannot write", draft) }
    }

    private func sync(_ folder: String) throws(FileError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("cannot sync", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("cannot sync", folder) }
    }

    private func parent(of folder: String) -> String {
        guard let slash = folder.lastIndex(of: "/") else { return "." }
        return slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
}

/// Why a folder cannot be used, or a file in it.
struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String

    /// States what was tried, and with which file; takes the cause from `errno`.
    init(_ action: String, _ path: String) {
        let code = errno
        description = unsafe "\(action) \(path): \(String(cString: strerror(code)))"
    }

    /// States what is wrong and what would be right.
    init(sentence: String) { description = sentence }
}
