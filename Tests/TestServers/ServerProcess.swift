import Foundation
import Synchronization

/// A process that a test has started: its output, and its end by process id.
///
/// The thread that starts it waits for its end and lives as long: by the kernel's book it is the parent, with which the
/// child is to end.
final class ServerProcess: Sendable {
    private struct State {
        var pid: pid_t = 0
        var output: [UInt8] = []
        var status: Int32?
        /// Whether all is read that it and its children have printed.
        var isRead = false
        var waiters: [(awaited: Awaited, resume: CheckedContinuation<Bool, Never>)] = []

        /// Whether what is awaited has come; nil while it may still.
        func answer(to awaited: Awaited) -> Bool? {
            switch awaited {
            case .end: status == nil ? nil : true
            case .lastWord: status == nil || !isRead ? nil : true
            case .text(let text):
                String(decoding: output, as: UTF8.self).contains(text) ? true : status == nil ? nil : false
            }
        }
    }

    /// The folder, within that of the process, whose locales it knows.
    static let locales = "locales"

    private enum Awaited {
        case text(String), end, lastWord
    }

    private let state = Mutex(State())

    init(_ words: [String], folder: String) throws {
        // Not a pipe: what others start meanwhile would keep that open too.
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw ServerFailure(words: words[0], output: "no pair") }
        let (reading, writing) = (FileHandle(fileDescriptor: ends[0], closeOnDealloc: true), ends[1])
        let isStarted = DispatchSemaphore(value: 0)
        let parent = Thread { [self] in
            let pid = Self.spawn(words, output: writing, folder: folder)
            state.withLock { $0.pid = pid ?? 0 }
            close(writing)
            isStarted.signal()
            guard let pid else { return }
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            change { $0.status = status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f }
        }
        parent.start()
        isStarted.wait()
        Thread.detachNewThread { [self] in
            while case let data = reading.availableData, !data.isEmpty { change { $0.output += data } }
            change { $0.isRead = true }
        }
        if state.withLock({ $0.pid }) == 0 { throw ServerFailure(words: words[0], output: "it cannot be started") }
    }

    /// Its id; zero before it has one.
    var pid: pid_t { state.withLock(\.pid) }

    /// All that it has printed.
    var transcript: String {
        String(decoding: state.withLock { $0.output }, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Sends a signal, unless it is over.
    func send(_ signal: Int32) { state.withLock { if $0.status == nil { kill($0.pid, signal) } } }

    /// Ends it at once, and keeps the calling thread until it is over; two seconds at most.
    func endNow() {
        send(SIGCONT)
        send(SIGQUIT)
        for _ in 0..<200 where state.withLock({ $0.status == nil }) { usleep(10_000) }
    }

    /// Waits until it has printed a text; false where it ends without.
    func line(containing text: String) async -> Bool { await wait(for: .text(text)) }

    /// Waits for its end, though not for its children's; its status, or the signal that ended it.
    @discardableResult
    func ended() async -> Int32 {
        _ = await wait(for: .end)
        return state.withLock { $0.status ?? -1 }
    }

    /// Waits for its end and for all that it prints; its status, or the signal that ended it.
    func finished() async -> Int32 {
        _ = await wait(for: .lastWord)
        return state.withLock { $0.status ?? -1 }
    }

    /// The processes that it has started.
    var children: [pid_t] {
        let parent = state.withLock { $0.pid }
        let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
        return pids.filter { pid in
            let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            // The name before it may hold anything.
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && pid_t(fields[1]) == parent
        }
    }

    /// Whether a process is there that has not ended.
    static func lives(_ pid: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        guard let state = text.split(separator: ")").last?.split(separator: " ").first else { return false }
        return state != "Z" && state != "X"
    }

    private func wait(for awaited: Awaited) async -> Bool {
        await withCheckedContinuation { continuation in
            change { $0.waiters.append((awaited, continuation)) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let ready = state.withLock { state -> [(CheckedContinuation<Bool, Never>, Bool)] in
            body(&state)
            let answers = state.waiters.map { state.answer(to: $0.awaited) }
            let ready = zip(state.waiters, answers).compactMap { waiter, answer in
                answer.map { (waiter.resume, $0) }
            }
            state.waiters = zip(state.waiters, answers).filter { $0.1 == nil }.map(\.0)
            return ready
        }
        for (continuation, isThere) in ready { continuation.resume(returning: isThere) }
    }

    private static func spawn(_ words: [String], output: Int32, folder: String) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for to in [1, 2] as [Int32] { posix_spawn_file_actions_adddup2(&actions, output, to) }
        closeAllButStandardFiles(in: &actions)
        // The threads that tests run on block signals, and what they ignore a child would ignore too.
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        // env changes the folder and then becomes the program, under the same process id.
        // What locales the machine has beyond C is nothing to rely on: those in the folder are all there are.
        let environment = ["PATH=/usr/bin:/bin", "LC_ALL=C", "LOCPATH=\(folder)/\(Self.locales)"]
        let words = ["/usr/bin/env", "-i", "-C", folder] + environment + words
        var argv = words.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = [nil]
        defer { for word in argv { free(word) } }
        var pid: pid_t = 0
        return posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp) == 0 ? pid : nil
    }
}
