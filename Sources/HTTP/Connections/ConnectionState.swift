import NIOCore

/// What goes on at one connection, and until when: which requests wait for an answer, what is being read, and whether
/// another request can follow. It is pure: ``ConnectionHandler`` tells it what happens, and does what it says.
struct ConnectionState {
    /// What is to be done.
    enum Action: Hashable {
        /// Nothing.
        case nothing
        /// Write this refusal as the connection's last answer; whatever is written after it is dropped. An answer to
        /// HEAD has no body (RFC 9110, section 9.3.2).
        case refuse(Problem, isHead: Bool = false)
        /// Let the request that is being read fail with this, whoever reads it.
        case fail(Problem)
        /// Say that nothing more will be sent, and wait for the other side's end.
        case finish
        /// Close at once.
        case close
    }

    private enum Reading {
        case nothing
        case header(since: NIODeadline, isHead: Bool)
        case body(since: NIODeadline)
        /// Nothing more is read: what still arrives is dropped.
        case over
    }

    /// What is left to do behind the last answer.
    private enum Ending {
        /// The other side has not taken all of it yet.
        case sending(since: NIODeadline)
        /// All is out; the other side may not have read it, and closing would lose it.
        case waiting(since: NIODeadline)
    }

    private struct Unanswered {
        let since: NIODeadline
        let isOld: Bool
        let isHead: Bool
        var persists: Bool
    }

    private let timeouts: ConnectionTimeouts
    private var reading = Reading.nothing
    private var unanswered = CircularBuffer<Unanswered>()
    /// Whether the answer to the oldest of them has begun.
    private var isAnswering = false
    /// What is done once no earlier request waits.
    private var refusal: Action?
    private var isDraining = false
    private var quietSince: NIODeadline
    private var ending: Ending?

    /// A connection that has just been opened.
    init(timeouts: ConnectionTimeouts, at now: NIODeadline) {
        self.timeouts = timeouts
        quietSince = now
    }

    /// Whether a header section has begun and not ended.
    var isReadingHeader: Bool { if case .header = reading { true } else { false } }
    /// Whether no message is being read.
    var isReadingNothing: Bool { if case .nothing = reading { true } else { false } }
    /// Whether what arrives is dropped.
    var isReadingOver: Bool { if case .over = reading { true } else { false } }
    /// Whether what is written is dropped.
    var isClosing: Bool { ending != nil }
    /// Whether the youngest request is the only one without an answer.
    var isYoungestNext: Bool { unanswered.count == 1 && !isAnswering }

    /// Whether a request that arrives whole can be answered at once: nothing is being read, or waits for an answer, and
    /// the answer is not the connection's last.
    var isIdle: Bool { isReadingNothing && unanswered.isEmpty && refusal == nil && !isDraining && !isClosing }

    /// A request has been answered as soon as it was there.
    mutating func answeredAtOnce(at now: NIODeadline) { quietSince = now }

    /// Bytes have arrived, and were not read yet; whether they begin a header section. `isHead` is what they say of a
    /// request that may never be one.
    mutating func receivedBytes(isHead: Bool, at now: NIODeadline) -> Bool {
        guard case .nothing = reading else { return false }
        reading = .header(since: now, isHead: isHead)
        return true
    }

    /// A header section has ended; `isOld` is HTTP/1.0, and behind a request that does not persist nothing is read.
    mutating func receivedHead(persists: Bool, isOld: Bool, isHead: Bool, at now: NIODeadline) {
        reading = .body(since: now)
        unanswered.append(Unanswered(since: now, isOld: isOld, isHead: isHead, persists: persists))
    }

    /// A request has ended.
    mutating func receivedEnd(at now: NIODeadline) {
        guard case .body = reading else { return }
        reading = unanswered.last?.persists ?? true ? .nothing : .over
        quietSince = now
    }

    /// What is being read cannot be, so nothing behind it can; `isHead` is what its header section says.
    mutating func readingFailed(_ problem: Problem, isHead: Bool = false, at now: NIODeadline) -> Action {
        switch reading {
        case .over: return .nothing
        case .body:
            endReading()
            return .fail(problem)
        case .header(_, let beganAsHead): return refuse(problem, isHead: isHead || beganAsHead, at: now)
        case .nothing: return refuse(problem, isHead: isHead, at: now)
        }
    }

    /// The other side sends no more. It may still read, as it does behind a request that it has ended so, and what it
    /// was answered before may not be out yet.
    mutating func inputClosed(at now: NIODeadline) -> Action {
        guard !isClosing else { return .nothing }
        guard !unanswered.isEmpty || refusal != nil else { return end(with: .finish, at: now) }
        endReading()
        return .nothing
    }

    /// Whoever answers will write no more.
    mutating func outputEnds(at now: NIODeadline) -> Action { isClosing ? .nothing : end(with: .finish, at: now) }

    /// An answer begins, a refusal before its body has arrived perhaps; what it must say in `Connection`.
    /// `isBodyTooLong` asks to give up the rest of a body that is being read.
    mutating func answerBegins(isBodyTooLong: Bool) -> String? {
        isAnswering = true
        if unanswered.count == 1, refusal == nil {
            switch reading {
            case .nothing where isDraining: endReading()
            case .body where isBodyTooLong || isDraining: endReading()
            case .nothing, .header, .body, .over: break
            }
        }
        guard let first = unanswered.first else { return nil }
        return first.persists ? (first.isOld ? "keep-alive" : nil) : "close"
    }

    /// An answer has ended.
    mutating func answerEnds(at now: NIODeadline) -> Action {
        isAnswering = false
        quietSince = now
        guard let answered = unanswered.popFirst() else { return .nothing }
        guard answered.persists else { return end(with: .finish, at: now) }
        if let refusal, unanswered.isEmpty { return end(with: refusal, at: now) }
        return .nothing
    }

    /// All that was written is out, to the end.
    mutating func sent(at now: NIODeadline) {
        if case .sending = ending { ending = .waiting(since: now) }
    }

    /// The listener is stopping: each answer is the last of its connection, and silence ends it sooner.
    mutating func drain(at now: NIODeadline) {
        isDraining = true
        quietSince = now
    }

    /// When ``timePassed(at:)`` has something to do next.
    var deadline: NIODeadline {
        switch ending {
        case .sending(let since): return since + timeouts.request
        case .waiting(let since): return since + timeouts.closing
        case nil: break
        }
        var deadlines: [NIODeadline] = []
        if let first = unanswered.first { deadlines.append(first.since + timeouts.request) }
        switch reading {
        case .header(let since, _): deadlines.append(since + timeouts.header)
        case .body(let since): deadlines.append(since + timeouts.body)
        case .nothing where unanswered.isEmpty: deadlines.append(quietSince + patience)
        case .nothing, .over: break
        }
        return deadlines.min() ?? quietSince + patience
    }

    /// Ends what has lasted too long.
    mutating func timePassed(at now: NIODeadline) -> Action {
        guard deadline <= now else { return .nothing }
        if isClosing { return .close }
        if let first = unanswered.first, first.since + timeouts.request <= now {
            return isAnswering ? .close : end(with: .refuse(.unavailable, isHead: first.isHead), at: now)
        }
        switch reading {
        case .header, .body: return readingFailed(.requestTimeout, at: now)
        case .nothing, .over: return .close
        }
    }

    private mutating func refuse(_ problem: Problem, isHead: Bool, at now: NIODeadline) -> Action {
        let refusal = Action.refuse(problem, isHead: isHead)
        reading = .over
        self.refusal = refusal
        return unanswered.isEmpty ? end(with: refusal, at: now) : .nothing
    }

    private var patience: TimeAmount { isDraining ? min(timeouts.draining, timeouts.idle) : timeouts.idle }

    /// No request follows the youngest, whose answer says so.
    private mutating func endReading() {
        reading = .over
        if !unanswered.isEmpty { unanswered[unanswered.index(before: unanswered.endIndex)].persists = false }
    }

    private mutating func end(with action: Action, at now: NIODeadline) -> Action {
        reading = .over  // Dropped here, what still comes is read on, and its sender reads the answer.
        ending = .sending(since: now)
        return action
    }
}
