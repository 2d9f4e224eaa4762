import Foundation

/// A file that is read piece by piece, or standard input where its name is `-`.
struct LineInput {
    private let descriptor: Int32
    private let name: String

    /// Opens it; throws ``Failure``.
    init(_ path: String) throws(Failure) {
        guard path != "-" else {
            (descriptor, name) = (STDIN_FILENO, "standard input")
            return
        }
        (descriptor, name) = (open(path, O_RDONLY | O_CLOEXEC), path)
        guard descriptor >= 0 else { throw Self.failure(name) }
    }

    /// Some bytes more, or nil at the end; throws ``Failure``.
    func next() throws(Failure) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 262_144)
        var count = 0
        repeat { count = read(descriptor, &buffer, buffer.count) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw Self.failure(name) }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    /// Closes the file.
    func close() {
        if descriptor != STDIN_FILENO { _ = Foundation.close(descriptor) }
    }

    private static func failure(_ name: String) -> Failure {
        Failure("cannot read \(name): \(String(cString: strerror(errno)).lowercased())")
    }
}
