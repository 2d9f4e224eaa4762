import Foundation

/// What Linux says about this process, under the names that every Prometheus client library uses. Elsewhere it says
/// nothing.
enum ProcessGauges {
    /// How the system counts.
    struct Units {
        var ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        var pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    static func samples() -> [MetricSample] {
        var samples: [MetricSample] = []
        if let status = text(of: "/proc/self/stat"), let system = text(of: "/proc/stat") {
            samples += Self.samples(stat: status, system: system, Units())
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            samples.append(MetricSample("process_open_fds", Double(files.count)))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            samples.append(MetricSample("process_max_fds", Double(limit.rlim_cur)))
        }
        return samples
    }

    /// Reads `/proc/self/stat` (proc_pid_stat(5)) and the boot time out of `/proc/stat`; nothing of what is not there.
    static func samples(stat: String, system: String, _ units: Units) -> [MetricSample] {
        // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
        guard let name = stat.lastIndex(of: ")") else { return [] }
        let fields = stat[stat.index(after: name)...].split(separator: " ").map { Double($0) }
        func field(_ number: Int) -> Double? { fields.indices.contains(number - 3) ? fields[number - 3] : nil }
        var samples: [MetricSample] = []
        if let user = field(14), let kernel = field(15) {
            samples.append(
                MetricSample("process_cpu_seconds_total", (user + kernel) / units.ticksPerSecond, kind: .counter))
        }
        let boot = system.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
        if let boot, let start = field(22) {
            samples.append(MetricSample("process_start_time_seconds", boot + start / units.ticksPerSecond))
        }
        if let bytes = field(23) { samples.append(MetricSample("process_virtual_memory_bytes", bytes)) }
        if let pages = field(24) {
            samples.append(MetricSample("process_resident_memory_bytes", pages * units.pageBytes))
        }
        return samples
    }

    private static func text(of path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
