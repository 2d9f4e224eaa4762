import Foundation

/// One line of standard input as a password: exactly the bytes that were given, or nothing.
enum PasswordLine {
    /// Longer than the 4,096 characters that the widest policy takes, in bytes, however they are composed.
    static let limit = 40_000

    /// Reads up to a newline or the end, and no byte behind it; a byte of `interrupts`, which a terminal sends for ^C,
    /// ends the verb. What is not UTF-8 is refused: repaired, it would be a password that nobody has typed.
    static func read(from file: Int32, interrupts: [UInt8] = []) throws(Failure) -> String {
        var bytes: [UInt8] = []
        while let byte = try next(from: file), byte != UInt8(ascii: "\n") {
            guard !interrupts.contains(byte) else { throw Failure("", status: ExitStatus.interrupted) }
            bytes.append(byte)
            guard bytes.count <= limit else { throw Failure("the password is longer than \(limit) bytes") }
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let line = String(validating: bytes, as: UTF8.self) else { throw Failure("the password is not UTF-8") }
        return line
    }

    private static func next(from file: Int32) throws(Failure) -> UInt8? {
        var byte: UInt8 = 0
        var count = 0
        repeat { count = Foundation.read(file, &byte, 1) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw Failure("the password cannot be read") }
        return count == 0 ? nil : byte
    }
}
