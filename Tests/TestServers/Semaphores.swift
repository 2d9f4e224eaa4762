public import Dispatch

extension DispatchSemaphore {
    /// Waits until another thread has signalled it, without a thread of its own; throws `CancellationError`.
    public func signalled() async throws {
        while wait(timeout: .now()) == .timedOut {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Keeps a closure's thread waiting until a test lets it go on, and whoever runs the closure again after it; for a
    /// minute at most, for nobody lets go of it in a test that has failed.
    public func hold() {
        _ = wait(timeout: .now() + .seconds(60))
        signal()
    }
}
