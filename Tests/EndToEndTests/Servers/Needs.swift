import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// Says that a test needs a program which `make deps` installs. Where it is not, the test is skipped and says so;
    /// but where CI is set nothing is skipped, and the test fails.
    static func needs(_ program: String) -> Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["CI"] != nil || Program.path(of: program) != nil,
            "needs \(program), which is not installed: make deps")
    }
}

/// Programs that tests start.
enum Program {
    /// Where a program lies, in the folder of the tests' own Python packages or in one of the system's.
    static func path(of name: String) -> String? {
        let folders = [Project.folder + "/.build/venv/bin", "/usr/sbin", "/usr/bin", "/usr/local/bin"]
        return folders.map { $0 + "/" + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
