import Foundation
import Synchronization

/// Some threads that do the same at once.
final class Crew<Outcome: Sendable>: Sendable {
    private let outcomes = Mutex<[Result<Outcome, any Error>]>([])
    private let done = DispatchSemaphore(value: 0)
    private let count: Int

    /// Starts them; each is told its number.
    @discardableResult
    init(of count: Int, _ work: @escaping @Sendable (Int) throws -> Outcome) {
        self.count = count
        for number in 0..<count {
            Thread.detachNewThread { [self] in
                let outcome = Result { try work(number) }
                outcomes.withLock { $0.append(outcome) }
                done.signal()
            }
        }
    }

    /// Waits for the end of all; throws what one of them has thrown.
    @discardableResult
    func join() throws -> [Outcome] {
        for _ in 0..<count { done.wait() }
        return try outcomes.withLock { try $0.map { try $0.get() } }
    }
}
