import Dispatch
import GatewayKit
import Synchronization

/// The jobs that wait for a thread of a ``HashingPool``, in the order of their coming, and how long one takes.
final class HashingQueue: Sendable {
    /// One caller's work; exactly one of its closures is called, once.
    struct Job: Sendable {
        /// By which it is removed.
        let ticket: UInt64
        /// Does the work and hands the result over.
        let work: @Sendable () -> Void
        /// Says when to come again.
        let refuse: @Sendable (_ retryAfter: Duration) -> Void
    }

    private struct State {
        var waiting: [(job: Job, since: Duration)] = []
        var running = 0
        /// When the last job ended, or the queue was made.
        var lastEnd = DispatchTime.now()
        /// Whether a job was refused since the queue was last empty.
        var isFull = false
        var lastTicket: UInt64 = 0
        var isStopped = false
        /// How long a job takes, as a moving average over about eight; a guess before the first is done.
        var usual = Duration.milliseconds(50)
    }

    private let state = Mutex(State())
    private let wakeUps = DispatchSemaphore(value: 0)
    private let threads: Int
    private let capacity: Int
    private let time: any TimeSource
    private let watch: HashingWatch
    private let quiet: DispatchTimeInterval
    private let onQuiet: @Sendable () -> Void

    /// States every part; `onQuiet` is called on each thread, once, when all have had nothing to do for as
    /// long as `quiet`.
    init(
        threads: Int, capacity: Int, time: any TimeSource, watch: HashingWatch,
        quiet: DispatchTimeInterval = .seconds(1), onQuiet: @escaping @Sendable () -> Void = {}
    ) {
        self.quiet = quiet
        self.onQuiet = onQuiet
        self.threads = threads
        self.capacity = capacity
        self.time = time
        self.watch = watch
        watch.begin(threads: threads, capacity: capacity)
    }

    /// A number that no other job has.
    func drawTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    /// How many jobs wait for a thread.
    var waitingCount: Int { state.withLock(\.waiting.count) }

    /// Queues a job, or refuses it at once when the queue is full.
    func add(_ job: Job) {
        let now = time.elapsed()
        let (retryAfter, isNews): (Duration?, Bool) = state.withLock { state in
            // A job with a thread free for it does not wait.
            let room = capacity + max(0, threads - state.running)
            guard !state.isStopped, state.waiting.count < room else {
                defer { state.isFull = !state.isStopped }
                return (self.retryAfter(state), !state.isFull && !state.isStopped)
            }
            state.waiting.append((job, now))
            watch.waiting(state.waiting.count)
            return (nil, false)
        }
        guard let retryAfter else {
            wakeUps.signal()
            return
        }
        watch.refused(isFirst: isNews, retryAfter: retryAfter)
        job.refuse(retryAfter)
    }

    /// Refuses a job that still waits; one that runs is left to run.
    func remove(_ ticket: UInt64) {
        let removed: Job? = state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0.job.ticket == ticket }) else { return nil }
            defer { watch.waiting(state.waiting.count) }
            return state.waiting.remove(at: place).job
        }
        removed?.refuse(.seconds(1))
    }

    /// Refuses what waits and all that comes, and lets every thread return from ``work()``.
    func stop() {
        let refused = state.withLock { state in
            state.isStopped = true
            watch.waiting(0)
            defer { state.waiting = [] }
            return state.waiting.map(\.job)
        }
        for job in refused { job.refuse(.seconds(1)) }
        for _ in 0..<threads { wakeUps.signal() }
    }

    /// Does the jobs, one after the other, until ``stop()``; blocks the calling thread.
    func work() {
        while true {
            waitForWakeUp()
            let (next, isStopped) = state.withLock { state -> ((job: Job, since: Duration)?, Bool) in
                // A job that was removed leaves its wake-up behind, and then nothing is here.
                guard !state.waiting.isEmpty else { return (nil, state.isStopped) }
                state.running += 1
                defer { watch.waiting(state.waiting.count) }
                return (state.waiting.removeFirst(), false)
            }
            if isStopped { return }
            guard let next else { continue }
            let start = time.elapsed()
            watch.began(after: start - next.since)
            next.job.work()
            let taken = time.elapsed() - start
            watch.ended(after: taken)
            let isOver = state.withLock { state in
                state.running -= 1
                state.lastEnd = .now()
                state.usual = (state.usual * 7 + taken) / 8
                guard state.isFull, state.waiting.isEmpty else { return false }
                state.isFull = false
                return true
            }
            if isOver { watch.emptied() }
        }
    }

    /// Waits for a job, and meanwhile for the moment in which all have been quiet for long.
    private func waitForWakeUp() {
        while wakeUps.wait(timeout: .now() + quiet) == .timedOut {
            let isQuiet = state.withLock { $0.running == 0 && $0.lastEnd + quiet <= .now() }
            guard isQuiet else { continue }
            onQuiet()
            return wakeUps.wait()
        }
    }

    /// When the queue has likely been worked off, in whole seconds and at least one.
    private func retryAfter(_ state: State) -> Duration {
        let ahead = state.usual * (state.waiting.count + state.running) / threads
        return .seconds(max(1, ahead.wholeSecondsRoundedUp))
    }
}
