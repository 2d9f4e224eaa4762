#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file that SQLite is about to open, its owner's alone; SQLite gives its `-wal` and `-shm` the same mode.
struct DatabaseFile {
    let path: String

    /// Whether something is there, or it cannot be told.
    var exists: Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 || errno != ENOENT
    }

    /// Makes the file (0600) and its missing folders (0700) where there are none; a file that others can read is closed
    /// to them, a folder that was there is left alone.
    ///
    /// A file that is there is never opened: to close it again would drop the locks that SQLite holds on it in this
    /// process.
    func prepare() throws(SQLiteOpenFailure) {
        try makeFolder(folder(of: path))
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return try sync(folder(of: path))
        }
        guard errno == EEXIST else { throw failure(errno) }
        try closeToOthers()
    }

    private func closeToOthers() throws(SQLiteOpenFailure) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SQLiteOpenFailure(path, "it is not a file") }
        guard status.st_mode & 0o077 != 0 else { return }
        guard unsafe chmod(path, 0o600) == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw SQLiteOpenFailure(path, "others can read it (mode \(mode)), and its mode cannot be changed")
        }
    }

    private func makeFolder(_ folder: String) throws(SQLiteOpenFailure) {
        guard unsafe mkdir(folder, 0o700) != 0 else { return try sync(self.folder(of: folder)) }
        switch errno {
        case EEXIST: return
        case ENOENT where folder.contains("/"):
            try makeFolder(self.folder(of: folder))
            guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(errno) }
            try sync(self.folder(of: folder))
        default: throw failure(errno)
        }
    }

    /// Makes the names in a folder survive a power cut.
    private func sync(_ folder: String) throws(SQLiteOpenFailure) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(errno) }
    }

    private func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func failure(_ code: Int32) -> SQLiteOpenFailure {
        SQLiteOpenFailure(path, unsafe String(cString: strerror(code)).asciiLowercasedFirst)
    }
}

extension String {
    /// With a small first letter, as messages begin.
    fileprivate var asciiLowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
