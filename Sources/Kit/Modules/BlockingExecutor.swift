import Dispatch

/// Runs an actor on a thread of its own, one job after another, so that calls which block keep no other task waiting.
/// The actor keeps one as a constant, and names it: `nonisolated var unownedExecutor: UnownedSerialExecutor {
/// executor.asUnownedSerialExecutor() }`.
public final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Names the thread's work, for debuggers.
    public init(label: String) { queue = DispatchQueue(label: label) }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Held meanwhile: an actor may be gone before its last job has returned.
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
