import Foundation
import GatewayKit

/// The program: prints the table of ratios, a line as soon as it is known, and then how long single things take.
///
/// `Ratios/` measures the lines, with `Load/` against what `Servers/` starts; `Table/` prints them. `Details/` measures
/// inside of this process.
@main
struct Benchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let binary = arguments.first, arguments.dropFirst().allSatisfy(Part.names.contains) else {
            let parts = Part.names.joined(separator: "|")
            FileHandle.standardError.write(
                Data("usage: gateway-benchmarks <auth-gateway of a release build> [\(parts)]...\n".utf8))
            exit(2)
        }
        let parts = arguments.count == 1 ? Part.allCases : arguments.dropFirst().compactMap(Part.init)
        print(Machine.description, terminator: "\n\n")
        print(Row.heading)
        for part in parts { for row in try rows(part, binary) { print(row) } }
        print("\n" + Machine.load)
        guard parts.contains(.details) else { return }
        print("\n" + Measurement.heading)
        let clock = ContinuousClock()
        for line in try blocking({ try await TokenBenchmark().run(clock: clock) }) { print(line) }
        for line in try blocking({ try await PasswordBenchmark().run(clock: clock) }) { print(line) }
        for line in try blocking({ try await SealingBenchmark().run(clock: clock) }) { print(line) }
    }

    /// What can be measured alone.
    private enum Part: String, CaseIterable {
        case logins, verify, proxies, scale, lag, storage, `import`, tokens, latency, start, details

        static let names = allCases.map(\.rawValue)
    }

    @MainActor
    private static func rows(_ part: Part, _ binary: String) throws -> [Row] {
        switch part {
        case .logins: try LoginRatio(binary: binary).rows()
        case .verify: try VerifyRatio(binary: binary).rows()
        case .proxies: try ProxyRatio(binary: binary).rows()
        case .scale: try ScaleRatio(binary: binary).rows()
        case .lag: try RevocationLag(binary: binary).rows()
        case .storage: try StorageRatio(binary: binary).rows()
        case .import: try ImportRate(binary: binary).rows()
        case .tokens: [try blocking { try await TokenBenchmark() }.row(clock: ContinuousClock())]
        case .latency: try LatencyRatio(binary: binary).rows()
        case .start: try StartAndMemory(binary: binary).rows()
        case .details: []
        }
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
