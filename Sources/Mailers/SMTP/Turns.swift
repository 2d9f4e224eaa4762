import Synchronization

/// Lets a few pass at once, and the others in the order of their coming.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var nextID = 0
        var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Those who are on their way to a turn or a place among the waiting.
        var coming: Set<Int> = []
    }

    private let state: Mutex<State>

    /// Lets so many pass.
    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Waits for a turn, which is to be given back; false when the task was cancelled before it came.
    func take() async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            state.coming.insert(state.nextID)
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isNow: Bool? = state.withLock { state in
                    guard state.coming.remove(id) != nil else { return false }
                    guard state.free > 0 else {
                        state.waiting.append((id, continuation))
                        return nil
                    }
                    state.free -= 1
                    return true
                }
                if let isNow { continuation.resume(returning: isNow) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
                    state.coming.remove(id)
                    return nil as CheckedContinuation<Bool, Never>?
                }
                return state.waiting.remove(at: index).continuation
            }
            waiting?.resume(returning: false)
        }
    }

    /// Gives a turn back, to who has waited longest.
    func giveBack() {
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil as CheckedContinuation<Bool, Never>?
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
