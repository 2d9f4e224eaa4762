import Foundation

/// A server of a measurement, and what the system tells of it.
///
/// Everything here belongs to the main thread, for the kernel kills the child when the *thread* that started it ends:
/// so none outlives this program, however that ends.
@MainActor
final class ServerProcess {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    private let name: String
    private let log: String
    private var isOver = false
    /// The most resident memory that it had, in megabytes; known once it has ended.
    private(set) var greatestMegabytes = 0.0

    /// Starts a program, as another user where one is given; what it prints goes into a file.
    init(_ program: String, _ arguments: [String], log: String, as user: String? = nil) throws {
        name = program
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let change = user.map { ["--reuid=\($0)", "--regid=\($0)", "--clear-groups"] } ?? []
        let words = ["/usr/bin/setpriv"] + change + ["--pdeathsig", "KILL", program] + arguments
        var argv = words.map { strdup($0) } + [nil]
        defer { for word in argv { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, words[0], &actions, nil, &argv, environ)
        guard code == 0 else {
            throw Failure(description: "cannot start \(program): \(String(cString: strerror(code)))")
        }
        self.pid = pid
    }

    /// Ends it, and waits until it has ended; kills it when that lasts.
    func end(by signal: Int32 = SIGTERM) {
        guard !isOver else { return }
        isOver = true
        kill(pid, signal)
        let patience = Moment.now().advanced(bySeconds: 15)
        while Moment.now() < patience {
            guard waitpid(pid, nil, WNOHANG) == 0 else { return }
            Moment.now().advanced(bySeconds: 0.001).wait()
        }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Waits until it has ended by itself; throws when it has failed.
    func waitForEnd() throws {
        var (status, usage): (Int32, rusage) = (0, rusage())
        let ended = wait4(pid, &status, 0, &usage)
        greatestMegabytes = Double(usage.ru_maxrss) * 1024 / 1e6
        guard ended == pid, status == 0 else {
            let output = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw Failure(description: "\(name) has failed:\n\(output.suffix(2000))")
        }
        isOver = true
    }

    /// Throws with the end of its output when it has ended by itself.
    func checkAlive() throws {
        guard !isOver, waitpid(pid, nil, WNOHANG) == pid else { return }
        isOver = true
        let output = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw Failure(description: "\(name) has ended:\n\(output.suffix(2000))")
    }

    /// The processor time of all its threads so far, those that have ended too, in seconds. It is what
    /// `/proc/<pid>/stat` tells in hundredths, to the nanosecond.
    func processorTime() throws -> Double {
        var clock = clockid_t()
        let code = clock_getcpuclockid(pid, &clock)
        guard code == 0 else { throw Failure(description: "\(name) has no processor time: it has ended") }
        return Moment.now(by: clock).seconds
    }

    /// Its resident memory, in megabytes; with `greatest`, the most that it was until now.
    func residentMegabytes(greatest: Bool = false) throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(greatest ? "VmHWM:" : "VmRSS:") }
        guard let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
        else { throw Failure(description: "\(name) has no resident memory: it has ended") }
        return kibibytes * 1024 / 1e6
    }
}

/// A folder that is there for the time of a measurement.
struct WorkFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/gateway-benchmark-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
