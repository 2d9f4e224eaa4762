import Dispatch
import Foundation
import GatewayKit
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#endif

/// A bounded number of threads that hash passwords, behind a bounded queue.
///
/// The threads run at nice 19, so that a storm of logins does not slow what else the machine does. One that has had
/// nothing to do for a second gives the memory of hashing back. They end when the pool is stopped or released.
final class HashingPool: Sendable {
    private let queue: HashingQueue

    /// Starts so many threads, behind which at most `capacity` jobs wait. Debuggers and `top -H` show them by the name,
    /// of which Linux keeps 15 bytes.
    init(
        threads: Int, capacity: Int, time: any TimeSource, name: String = "hashing",
        watch: HashingWatch = HashingWatch(), quiet: DispatchTimeInterval = .seconds(1)
    ) {
        let memory = HashingMemory.shared
        queue = HashingQueue(
            threads: threads, capacity: capacity, time: time, watch: watch, quiet: quiet,
            onQuiet: { memory.release() })
        for _ in 0..<threads {
            Thread.detachNewThread { [queue] in
                Self.nameThread(name)
                // Linux lowers the calling thread alone, POSIX says the process: elsewhere nothing is lowered.
                #if canImport(Glibc)
                    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
                #endif
                queue.work()
            }
        }
    }

    /// Names the calling thread. Foundation does not do it for a thread that has just begun and whose handle it does
    /// not hold yet, and `pthread_setname_np` is not among what Swift sees of glibc.
    private static func nameThread(_ name: String) {
        #if canImport(Glibc)
            let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            defer { close(file) }
            let bytes = Array(name.utf8)
            _ = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        #else
            Thread.current.name = name
        #endif
    }

    /// A pool for this machine: a thread for each core, and 32 jobs behind each.
    convenience init(time: any TimeSource, watch: HashingWatch) {
        let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
        self.init(threads: cores, capacity: 32 * cores, time: time, watch: watch)
    }

    deinit { queue.stop() }

    /// Runs work on one of the threads. Throws `busy` at once when the queue is full, and as well to a caller whose
    /// task is cancelled while its job waits, or when the pool stops: nobody will look at the answer then.
    func run<Result: Sendable>(
        _ work: @escaping @Sendable () -> Result
    ) async throws(PasswordHasherError) -> Result {
        let ticket = queue.drawTicket()
        let outcome: Swift.Result<Result, PasswordHasherError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = HashingQueue.Job(
                    ticket: ticket, work: { continuation.resume(returning: .success(work())) },
                    refuse: { continuation.resume(returning: .failure(.busy(retryAfter: $0))) })
                queue.add(job)
                // A task that was cancelled before the job stood in the queue found nothing there to remove.
                if Task.isCancelled { queue.remove(ticket) }
            }
        } onCancel: {
            queue.remove(ticket)
        }
        return try outcome.get()
    }

    /// How many jobs wait for a thread.
    var waitingCount: Int { queue.waitingCount }

    /// Refuses what waits and all that comes, and ends each thread when its present job is done.
    func stop() { queue.stop() }
}

extension HashingPool: Service {
    /// Stops the pool when the gateway stops.
    func run() async throws {
        defer { stop() }
        try await gracefulShutdown()
    }
}
