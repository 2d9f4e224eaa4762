import Synchronization

/// What the clients of a gateway that is killed know: what they have asked for, and what was answered. Both are noted
/// before the next step, so that after the crash the journal says what must be there, and what may be.
final class CrashJournal: Sendable {
    /// One client's person.
    struct Person: Sendable {
        let name: String
        /// Whether the 201 has arrived.
        var isRegistered = false
        /// The refresh token of the last answer.
        var token: String?
        /// The refresh token that was sent and has no answer yet.
        var sent: String?
    }

    private struct State {
        var people: [String: Person] = [:]
        var answers = 0
        var waiter: (count: Int, resume: CheckedContinuation<Void, Never>)?
    }

    private let state = Mutex(State())

    var people: [Person] { state.withLock { $0.people.values.sorted { $0.name < $1.name } } }
    var answers: Int { state.withLock(\.answers) }

    func asks(_ name: String) { state.withLock { $0.people[name] = Person(name: name) } }

    func sends(_ token: String, of name: String) { state.withLock { $0.people[name]?.sent = token } }

    /// Notes an answer.
    func answered(_ name: String, _ change: @Sendable (inout Person) -> Void) {
        let resume = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if var person = state.people[name] {
                change(&person)
                state.people[name] = person
            }
            state.answers += 1
            guard let waiter = state.waiter, state.answers >= waiter.count else { return nil }
            state.waiter = nil
            return waiter.resume
        }
        resume?.resume()
    }

    /// Waits until so many answers have come.
    func wait(for count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.answers >= count { return true }
                state.waiter = (count, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
