import Foundation
import GatewayKit

/// The program: prints the table of ratios, a line as soon as it is known, and then how long single things take.
///
/// `Ratios/` measures the lines, with `Load/` against what `Servers/` starts; `Table/` prints them. `Details/` measures
/// inside of this process.
@main
struct Benchmarks {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: gateway-benchmarks <auth-gateway of a release build>\n".utf8))
            exit(2)
        }
        let binary = CommandLine.arguments[1]
        print(Machine.description, terminator: "\n\n")
        print(Row.heading)
        for row in try LoginRatio(binary: binary).rows() { print(row) }
        for row in try VerifyRatio(binary: binary).rows() { print(row) }
        let (clock, tokens) = (ContinuousClock(), try blocking { try await TokenBenchmark() })
        print(try tokens.row(clock: clock))
        for row in try LatencyRatio(binary: binary).rows() { print(row) }
        for row in try StartAndMemory(binary: binary).rows() { print(row) }
        print("\n" + Machine.load, terminator: "\n\n")
        print(Measurement.heading)
        for line in try blocking({ try await tokens.run(clock: clock) }) { print(line) }
        for line in try blocking({ try await PasswordBenchmark().run(clock: clock) }) { print(line) }
        for line in try blocking({ try await SealingBenchmark().run(clock: clock) }) { print(line) }
    }

    /// Writes a line at once, also into a pipe.
    private static func print(_ line: some CustomStringConvertible, terminator: String = "\n") {
        FileHandle.standardOutput.write(Data((line.description + terminator).utf8))
    }
}

/// What stands beside every number.
enum Machine {
    static var description: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let processor = model?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
        return "\(processor), \(ProcessInfo.processInfo.activeProcessorCount) cores, \(load)"
    }

    /// The load of the last minute; above what this program makes itself, others work here too.
    static var load: String {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return "load \(text.prefix { $0 != " " })"
    }
}
