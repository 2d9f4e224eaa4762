/// Who waits for a connection, and what each of the pool's threads is to do: decided here, without doing it.
///
/// Those that have a connection are woken before those that have to make one. While the server is away one thread alone
/// tries to connect, less and less often, and the others sleep until it has.
struct PoolState {
    /// What a thread does next.
    enum Step {
        case run(any QueuedTurn)
        case connect
        /// Ask whether the server of its connection answers.
        case probe
        case pause(Duration)
        /// Until it is woken.
        case sleep
        case stop
    }

    /// What a thread has of a server.
    enum Bond {
        case none
        /// A connection that was made, or asked, before another was met with silence.
        case doubtful
        case trusted
    }

    let limit: Int
    private(set) var queue: [any QueuedTurn] = []
    private var sleepingConnected: [Int] = []
    private var sleepingBare: [Int] = []
    private var prober: Int?
    private var failures = 0
    private var mayConnectAt = Duration.zero
    private(set) var isStopped = false
    /// Rises when a server has turned out not to be the one that is wanted: connections of an earlier era are no good.
    private(set) var era = 0
    /// Rises when a server has not answered in time: connections that were made before may be as dead.
    private(set) var doubt = 0
    /// Why the last try to connect has failed; nil since one has not.
    private(set) var trouble: PostgresFailure?

    init(limit: Int) { self.limit = limit }

    /// Puts a turn at the end of the queue, unless it is full; whether it was, and who is to be woken.
    mutating func enqueue(_ turn: any QueuedTurn) -> (isTaken: Bool, wake: Int?) {
        guard queue.count < limit, !isStopped else { return (false, nil) }
        queue.append(turn)
        return (true, nextSleeper())
    }

    /// Puts a turn that was begun before all others, unless nothing is taken any more; whether it was, and who is to be
    /// woken.
    mutating func putBack(_ turn: any QueuedTurn) -> (isTaken: Bool, wake: Int?) {
        guard !isStopped else { return (false, nil) }
        queue.insert(turn, at: 0)
        return (true, nextSleeper())
    }

    mutating func remove(_ turn: any QueuedTurn) { queue.removeAll { $0 === turn } }

    /// What a thread does next, which has a connection of this era or none.
    mutating func next(for thread: Int, _ bond: Bond, now: Duration) -> Step {
        sleepingConnected.removeAll { $0 == thread }
        sleepingBare.removeAll { $0 == thread }
        if isStopped { return .stop }
        if bond == .doubtful { return .probe }
        if bond == .trusted {
            while !queue.isEmpty {
                let turn = queue.removeFirst()
                if turn.begin() { return .run(turn) }
            }
            sleepingConnected.append(thread)
            return .sleep
        }
        guard !queue.isEmpty, failures == 0 || prober == nil || prober == thread else {
            if prober == thread { prober = nil }
            sleepingBare.append(thread)
            return .sleep
        }
        if failures == 0 { return .connect }
        prober = thread
        return now < mayConnectAt ? .pause(mayConnectAt - now) : .connect
    }

    /// Notes that a thread has made a connection; who is to be woken to make more.
    mutating func connected(_ thread: Int) -> [Int] {
        if prober == thread { prober = nil }
        (failures, trouble) = (0, nil)
        let count = min(sleepingBare.count, max(0, queue.count - 1))
        defer { sleepingBare.removeLast(count) }
        return Array(sleepingBare.suffix(count))
    }

    /// Notes that a thread could make none. The next try comes after a pause that doubles from 50 ms to a second,
    /// shortened by up to half by chance, so that many gateways do not come at once.
    mutating func failed(_ thread: Int, _ failure: PostgresFailure, now: Duration, chance: Double) {
        if prober == thread { prober = nil }
        failures += 1
        trouble = failure
        let pause = min(.seconds(1), .milliseconds(50) * (1 << min(failures - 1, 10)))
        mayConnectAt = now + pause * (1 - chance / 2)
    }

    /// Notes that a connection of that era leads to a server that takes no writes, as the others that were made with it
    /// may; those that are found to do so later say nothing new. Whether it is new.
    @discardableResult
    mutating func leaveServer(of era: Int) -> Bool {
        guard era == self.era else { return false }
        self.era += 1
        return true
    }

    /// Notes that a server has not answered in time. It may be slow, or gone without a word; who has an idle connection
    /// is to be woken, and asks, lest each is found dead by a turn of its own that waits as long.
    mutating func suspect() -> [Int] {
        doubt += 1
        defer { sleepingConnected = [] }
        return sleepingConnected
    }

    /// Ends everything; the turns that will not be taken.
    mutating func stop() -> [any QueuedTurn] {
        isStopped = true
        defer { queue = [] }
        return queue
    }

    private mutating func nextSleeper() -> Int? { sleepingConnected.popLast() ?? sleepingBare.popLast() }
}
