import Foundation
import Testing

/// The calls to the system of one gateway, as strace(1) writes them down; a test that takes it needs strace.
struct CallTrace {
    private let file: String

    /// Keeps the trace in a folder.
    init(in folder: TestFolder) { file = folder.path("trace.txt") }

    /// What stands before the gateway's own command to have these calls traced. The tracer is a grandchild, so that the
    /// process itself is the gateway.
    func command(_ calls: String, _ options: [String] = []) throws -> [String] {
        let strace = try #require(Program.path(of: "strace"))
        // LeakSanitizer, where this is built with it, cannot look into what is traced.
        let environment = ["-E", "LSAN_OPTIONS=detect_leaks=0"]
        return [strace, "-D", "-f"] + environment + ["-e", "trace=\(calls)", "-o", file] + options
    }

    /// What is written so far.
    func text() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    /// The calls of a gateway that has ended. The tracer writes its end when it has seen it, which may be after us.
    func calls(of gateway: GatewayProcess) throws -> [Substring] {
        while true {
            let lines = try text().split(separator: "\n")
            let last = lines.last ?? ""
            if last.hasPrefix("\(gateway.process.pid) "), last.contains("exited with") { return lines }
        }
    }
}
