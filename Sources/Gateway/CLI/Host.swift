import Foundation
import GatewayKit

/// What every verb works with: the modules of this binary, and the world around it.
struct Host: Sendable {
    let registry: ModuleRegistry
    var environment: [String: String] = ProcessInfo.processInfo.environment
    var time: any TimeSource = SystemTime()
    var random: any RandomSource = SystemRandom()

    /// Prints what was asked for.
    func say(_ text: String, end: String = "\n") { Self.write(text + end, to: .standardOutput) }

    /// Prints what went wrong.
    func complain(_ text: String) { Self.write(text + "\n", to: .standardError) }

    /// A reader that has gone away is its own affair: the text is dropped.
    private static func write(_ text: String, to handle: FileHandle) {
        do { try handle.write(contentsOf: Data(text.utf8)) } catch {}
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

    init(_ message: String, status: Int32 = ExitStatus.failed) {
        self.message = message
        self.status = status
    }
}
