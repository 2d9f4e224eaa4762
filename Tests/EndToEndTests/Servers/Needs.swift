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
    /// Where a program lies, in a folder of the tests' own or in one of the system's.
    static func path(of name: String) -> String? {
        let own = ["/.build/venv/bin", "/.build/tools"].map { Project.folder + $0 }
        let folders = own + ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
        return folders.map { $0 + "/" + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
