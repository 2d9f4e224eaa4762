import Foundation
import GatewayTestServers
import Synchronization

/// A child of this process, in a group of its own, whose end is waited for by a thread that does nothing else.
///
/// No run loop stands between a child's end and the test that waits for it, as with Foundation's `Process`; a child
/// gets its three files and no other child's pipe, and no blocked signal.
final class ChildProcess: Sendable {
    struct SpawnFailure: Error {
        let executable: String
        let code: Int32
    }

    let pid: pid_t
    private let isOver = Mutex(false)

    /// Starts a program in a folder; `ended` gets its exit status, or the signal that ended it.
    init(
        _ executable: String, _ arguments: [String], environment: [String: String], folder: URL,
        input: Int32, output: Int32, ended: @escaping @Sendable (Int32) -> Void
    ) throws {
        // env changes the folder and then becomes the program, under the same process id.
        let words = ["/usr/bin/env", "-C", folder.path, executable] + arguments
        let variables = environment.map { "\($0.key)=\($0.value)" }
        pid = try Self.spawn(words, variables, input: input, output: output)
        let pid = pid
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            isOver.withLock { $0 = true }
            ended(status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f)
        }
    }

    /// Sends a signal, unless the child is over.
    func send(_ signal: Int32) { isOver.withLock { if !$0 { kill(pid, signal) } } }

    /// Kills the child with its own children, such as nginx's workers.
    func killWithItsChildren() { isOver.withLock { if !$0 { kill(-pid, SIGKILL) } } }

    /// Waits for something of the child, which is killed when the waiting test is cancelled: it would never end.
    func killedWhenCancelled<Outcome: Sendable>(_ wait: () async -> Outcome) async -> Outcome {
        await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            killWithItsChildren()
        }
    }

    private static func spawn(
        _ words: [String], _ variables: [String], input: Int32, output: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (from, to) in [(input, 0), (output, 1), (output, 2)] as [(Int32, Int32)] {
            posix_spawn_file_actions_adddup2(&actions, from, to)
        }
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
        var argv = words.map { strdup($0) } + [nil]
        var envp = variables.map { strdup($0) } + [nil]
        defer { for word in argv + envp { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw SpawnFailure(executable: words[3], code: code) }
        return pid
    }
}
