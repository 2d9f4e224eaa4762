import Dispatch
import Synchronization

/// Waits on the calling thread for what can only be awaited.
///
/// The program has no asynchronous `main`, for that would leave the main thread, and what it has started ends with it.
func blocking<Outcome: Sendable>(_ work: @escaping @Sendable () async throws -> Outcome) throws -> Outcome {
    let done = DispatchSemaphore(value: 0)
    let awaited = Awaited<Outcome>()
    Task.detached {
        do {
            let outcome = try await work()
            awaited.result.withLock { $0 = .success(outcome) }
        } catch {
            awaited.result.withLock { $0 = .failure(error) }
        }
        done.signal()
    }
    done.wait()
    guard let result = awaited.result.withLock(\.self) else { throw WrongAnswer() }
    return try result.get()
}

private final class Awaited<Outcome: Sendable>: Sendable {
    let result = Mutex<Result<Outcome, any Error>?>(nil)
}
