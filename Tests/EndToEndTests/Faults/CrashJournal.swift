import Synchronization

/// What the clients of a gateway that is killed know: what they have asked for, and what was answered. Both are noted
/// before the next step, so that after the crash the journal says what must be there, and what may be.
final class CrashJournal: Sendable {
    /// One client's person.
    struct Person: Sendable {
        let name: String
        /// Whether the 201 has arrived.
        var isRegistered = false
        /// Whether somebody else asked for this name, with a password and an address of their own.
        var isContested = false
        /// The tokens of the last answer.
        var session: Tokens?
        /// The refresh token that was sent and has no answer yet.
        var sent: String?
        /// The tokens of a second session, which a change of the password ends.
        var other: Tokens?
        var logout = Step.none
        var change = Step.none
    }

    struct Tokens: Sendable {
        let access: String
        let refresh: String
    }

    /// How far something has come, as its client knows.
    enum Step: Sendable { case none, asked, answered }

    private struct State {
        var people: [String: Person] = [:]
        var answers = 0
        var waiter: (count: Int, resume: CheckedContinuation<Void, Never>)?
    }

    private let state = Mutex(State())

    var people: [Person] { state.withLock { $0.people.values.sorted { $0.name < $1.name } } }

    /// Notes what is about to be asked of a person, who may be new.
    func asks(_ name: String, _ change: @Sendable (inout Person) -> Void = { _ in }) {
        state.withLock { change(&$0.people[name, default: Person(name: name)]) }
    }

    /// Notes an answer.
    func answered(_ name: String, _ change: @Sendable (inout Person) -> Void = { _ in }) {
        let resume = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state.people[name, default: Person(name: name)])
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
