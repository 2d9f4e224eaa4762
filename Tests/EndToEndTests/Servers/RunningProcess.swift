import Foundation
import Synchronization

/// A process that a test has started: its output line by line, and its end by process id.
final class RunningProcess: Sendable {
    private let child: ChildProcess
    private let output: LineLog
    private let exit: ExitWaiter

    /// Everything it has printed, standard error and standard output together.
    var transcript: String { output.all.joined(separator: "\n") }

    /// The process id, for what the system tells of it; signals go by ``end(_:)``.
    var pid: pid_t { child.pid }

    init(_ executable: String, _ arguments: [String], environment: [String: String] = [:], folder: URL) throws {
        let pipe = Pipe()
        let output = LineLog()
        let exit = ExitWaiter()
        let isRead = DispatchSemaphore(value: 0)
        child = try ChildProcess(
            executable, arguments,
            environment: Self.environmentOfChildren.merging(environment) { _, own in own }, folder: folder,
            input: FileHandle.nullDevice.fileDescriptor, output: pipe.fileHandleForWriting.fileDescriptor
        ) { status in
            // Its last words may be in the pipe. Another child may hold the other end, so its closing is not waited for
            // longer than it takes to read.
            _ = isRead.wait(timeout: .now() + .seconds(2))
            output.close()
            exit.ended(status: status)
        }
        try pipe.fileHandleForWriting.close()
        Self.read(pipe.fileHandleForReading, into: output) { isRead.signal() }
        self.output = output
        self.exit = exit
    }

    /// Reads to the end on a thread that blocks. A readability handler would leave its descriptor to libdispatch, which
    /// crashes when the handle is released, and so closed, before its source is.
    private static func read(_ handle: FileHandle, into output: LineLog, ended: @escaping @Sendable () -> Void) {
        Thread.detachNewThread {
            var data = handle.availableData
            while !data.isEmpty {
                output.append(data)
                data = handle.availableData
            }
            output.close()
            ended()
        }
    }

    /// The first line that holds a text, printed already or still to come; throws with all output when the process ends
    /// without it, as it is made to when the test's time is up.
    func line(containing text: String) async throws -> String {
        let line = await child.killedWhenCancelled { await output.line(containing: text) }
        guard let line else { throw ProcessEnded(expected: text, transcript: transcript) }
        return line
    }

    /// Sends a signal.
    func send(_ signal: Int32) { child.send(signal) }

    /// Sends a signal and waits for the end; the exit status.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) async -> Int32 {
        child.send(signal)
        return await child.killedWhenCancelled { await exit.status() }
    }

    deinit { child.killWithItsChildren() }
}

extension RunningProcess {
    /// Runs a command to its end, its output going through a file; the exit status and all that it printed.
    static func run(
        _ executable: String, _ arguments: [String], input: String = "", environment: [String: String] = [:],
        folder: URL
    ) async throws -> (status: Int32, output: String) {
        let files = try TestFolder()
        try files.write("input", input)
        try files.write("output", "")
        let exit = ExitWaiter()
        let input = try FileHandle(forReadingFrom: files.url.appendingPathComponent("input"))
        let output = try FileHandle(forWritingTo: files.url.appendingPathComponent("output"))
        let child = try ChildProcess(
            executable, arguments, environment: environmentOfChildren.merging(environment) { _, own in own },
            folder: folder, input: input.fileDescriptor, output: output.fileDescriptor
        ) { exit.ended(status: $0) }
        let status = await child.killedWhenCancelled { await exit.status() }
        let text = try String(contentsOf: files.url.appendingPathComponent("output"), encoding: .utf8)
        return (status, text.trimmingCharacters(in: .newlines))
    }

    /// The environment that children get: this one, with their coverage kept apart.
    static var environmentOfChildren: [String: String] {
        var inherited = ProcessInfo.processInfo.environment
        inherited["LLVM_PROFILE_FILE"] = "/dev/null"
        return inherited
    }
}

struct ProcessEnded: Error, CustomStringConvertible {
    let expected: String
    let transcript: String
    var description: String { "ended without printing '\(expected)':\n\(transcript)" }
}

/// Lines as they come, and those who wait for one.
final class LineLog: Sendable {
    private struct State {
        var lines: [String] = []
        var rest: [UInt8] = []
        var isClosed = false
        var waiters: [(text: String, resume: CheckedContinuation<String?, Never>)] = []
    }

    private let state = Mutex(State())

    var all: [String] { state.withLock { $0.lines } }

    func append(_ data: Data) { change { $0.rest += data } }

    /// Says that nothing is waited for any more; what comes all the same is kept.
    func close() { change { $0.isClosed = true } }

    private func change(_ body: (inout State) -> Void) {
        let ready = state.withLock { state -> [() -> Void] in
            body(&state)
            while let end = state.rest.firstIndex(of: 10) {
                state.lines.append(String(decoding: state.rest[..<end], as: UTF8.self))
                state.rest.removeSubrange(...end)
            }
            if state.isClosed, !state.rest.isEmpty {
                state.lines.append(String(decoding: state.rest, as: UTF8.self))
                state.rest = []
            }
            var ready: [() -> Void] = []
            var waiting: [(text: String, resume: CheckedContinuation<String?, Never>)] = []
            for waiter in state.waiters {
                let found = state.lines.first { $0.contains(waiter.text) }
                if found != nil || state.isClosed {
                    ready.append { waiter.resume.resume(returning: found) }
                } else {
                    waiting.append(waiter)
                }
            }
            state.waiters = waiting
            return ready
        }
        for resume in ready { resume() }
    }

    func line(containing text: String) async -> String? {
        await withCheckedContinuation { continuation in
            let known: String?? = state.withLock { state in
                if let found = state.lines.first(where: { $0.contains(text) }) { return .some(found) }
                if state.isClosed { return .some(nil) }
                state.waiters.append((text, continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}

/// The exit status, known or still to come.
final class ExitWaiter: Sendable {
    private struct State {
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    func ended(status: Int32) {
        let waiters = state.withLock { state in
            state.status = status
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            let known: Int32? = state.withLock { state in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
