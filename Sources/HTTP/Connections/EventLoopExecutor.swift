import NIOCore

/// Runs tasks on a connection's event loop: a request is read there and its answer written there, and each step that
/// runs on another thread costs two changes of thread. Whatever blocks has an executor of its own.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Held meanwhile: a connection may be gone before its last job has returned.
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
