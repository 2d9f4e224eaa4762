import Foundation
import GatewayKit

/// What every verb works with: the modules of this binary, and the world around it.
struct Host: Sendable {
    let registry: ModuleRegistry
    var environment: [String: String] = ProcessInfo.processInfo.environment
    var time: any TimeSource = SystemTime()
    var random: any RandomSource = SystemRandom()

    /// Prints what was asked for; throws ``Failure`` when it cannot be written down, as on a full disk.
    func say(_ text: String, end: String = "\n") throws(Failure) {
        let code = Self.write(text + end, to: STDOUT_FILENO)
        // A reader that has gone away is its own affair: the text is dropped.
        guard code == 0 || code == EPIPE else {
            throw Failure("cannot write to standard output: \(String(cString: strerror(code)).lowercased())")
        }
    }

    /// Prints what went wrong; where that cannot be said, nothing can.
    func complain(_ text: String) { _ = Self.write(text + "\n", to: STDERR_FILENO) }

    /// Writes all of a text; the error's number, or 0.
    static func write(_ text: String, to file: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Foundation.write(file, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return errno }
            }
            return 0
        }
    }
}

/// How the process ends.
enum ExitStatus {
    static let fine: Int32 = 0
    static let failed: Int32 = 1
    static let wrongUsage: Int32 = 2
    /// As a shell counts a process that ^C has ended.
    static let interrupted: Int32 = 130
    /// `EX_CONFIG` of sysexits.
    static let unusableConfiguration: Int32 = 78
}

/// Ends a verb with a message of its own; the message is for the person at the keyboard.
struct Failure: Error {
    var status = ExitStatus.failed
    var message: String
    /// What is wrong with the file, where that is what the message tells.
    var problems: [ConfigProblem] = []

    init(_ message: String, status: Int32 = ExitStatus.failed, problems: [ConfigProblem] = []) {
        self.message = message
        self.status = status
        self.problems = problems
    }
}
