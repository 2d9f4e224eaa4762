#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads files of the machine up to a limit, and never waits for long: neither a file without end nor a pipe that
/// nobody writes holds it up.
package enum MachineFile {
    /// The first bytes of a file: all of it, or one more than the limit. Only a regular file is taken.
    package static func contents(of path: String, upTo limit: Int) throws(UnreadableFile) -> [UInt8] {
        try take(path, limit, patience: nil)
    }

    /// The same of whatever can be read to an end, such as the pipe of a shell's `<(…)`. A pipe on which nothing comes
    /// for so many milliseconds is given up.
    package static func contents(
        ofAny path: String, upTo limit: Int, patience: Int32 = 5000
    ) throws(UnreadableFile) -> [UInt8] {
        try take(path, limit, patience: patience)
    }

    private static func take(
        _ path: String, _ limit: Int, patience: Int32?
    ) throws(UnreadableFile) -> [UInt8] {
        // Without O_NONBLOCK, opening a pipe waits for somebody who writes to it.
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw UnreadableFile(reason: reason(errno)) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw UnreadableFile(reason: reason(errno)) }
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFDIR else { throw UnreadableFile(reason: "it is a folder") }
        guard kind == S_IFREG || patience != nil else { throw UnreadableFile(reason: "it is no regular file") }

        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit + 1, 65_536))
        while bytes.count <= limit {
            if kind != S_IFREG, let patience { try wait(for: file, patience) }
            let count = read(file, &buffer, min(buffer.count, limit + 1 - bytes.count))
            if count == 0 { break }
            if count > 0 {
                bytes += buffer[..<count]
            } else if errno != EINTR, errno != EAGAIN {
                throw UnreadableFile(reason: reason(errno))
            }
        }
        return bytes
    }

    private static func wait(for file: Int32, _ patience: Int32) throws(UnreadableFile) {
        var request = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, patience) != 0 else { throw UnreadableFile(reason: "nobody writes to it") }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "no such file"
        case EACCES: "permission denied"
        default: String(cString: strerror(code)).lowercased()
        }
    }
}

/// Why a file cannot be read, in a few words.
package struct UnreadableFile: Error, Hashable {
    package let reason: String
}
