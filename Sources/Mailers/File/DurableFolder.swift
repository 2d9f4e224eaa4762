#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder whose files are written whole and durably: beside their place, synced, renamed into it, the folder synced.
///
/// Its calls block: they belong on a ``BlockingExecutor``.
struct DurableFolder: Sendable {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Makes the folder and those above it, each for its owner alone; one that is there stays as it is.
    func create() throws(FileError) {
        if mkdir(path, 0o700) == 0 { return }
        if errno == ENOENT {
            for parent in parents {
                guard mkdir(parent, 0o700) == 0 || errno == EEXIST else { throw FileError("cannot make", parent) }
            }
            if mkdir(path, 0o700) == 0 { return }
        }
        guard errno == EEXIST else { throw FileError("cannot make", path) }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileError("cannot use", path) }
        close(folder)
    }

    /// Writes a file in place of one of that name; there is nobody but its owner who can read it.
    func save(_ bytes: [UInt8], as name: String) throws(FileError) {
        let target = "\(path)/\(name)"
        let draft = "\(path)/.\(name).draft"
        do throws(FileError) {
            try writeDraft(bytes, at: draft)
            guard rename(draft, target) == 0 else { throw FileError("cannot write", target) }
        } catch {
            unlink(draft)
            throw error
        }
        try sync(path, O_RDONLY | O_DIRECTORY)
    }

    private func writeDraft(_ bytes: [UInt8], at draft: String) throws(FileError) {
        unlink(draft)
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

    private func sync(_ path: String, _ flags: Int32) throws(FileError) {
        let file = open(path, flags | O_CLOEXEC)
        guard file >= 0 else { throw FileError("cannot sync", path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw FileError("cannot sync", path) }
    }

    /// The folders above, the outermost first.
    private var parents: [String] {
        path.indices.dropFirst().filter { path[$0] == "/" }.map { String(path[..<$0]) }
    }
}

/// A call of the file system that failed.
struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, and with which file.
    let action: String
    /// The system's number for the cause.
    let code: Int32

    /// Takes the cause from `errno`.
    init(_ action: String, _ path: String) {
        code = errno
        self.action = "\(action) \(path)"
    }

    var description: String { unsafe "\(action): \(String(cString: strerror(code)))" }
}
