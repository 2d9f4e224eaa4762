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
        var waiting: [Job] = []
        var running = 0
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

    init(threads: Int, capacity: Int, time: any TimeSource) {
        self.threads = threads
        self.capacity = capacity
        self.time = time
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
        let retryAfter: Duration? = state.withLock { state in
            // A job with a thread free for it does not wait.
            let room = capacity + max(0, threads - state.running)
            guard !state.isStopped, state.waiting.count < room else { return self.retryAfter(state) }
            state.waiting.append(job)
            return nil
        }
        if let retryAfter { job.refuse(retryAfter) } else { wakeUps.signal() }
    }

    /// Refuses a job that still waits; one that runs is left to run.
    func remove(_ ticket: UInt64) {
        let removed: Job? = state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return state.waiting.remove(at: place)
        }
        removed?.refuse(.seconds(1))
    }

    /// Refuses what waits and all that comes, and lets every thread return from ``work()``.
    func stop() {
        let refused = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in refused { job.refuse(.seconds(1)) }
        for _ in 0..<threads { wakeUps.signal() }
    }

    /// Does the jobs, one after the other, until ``stop()``; blocks the calling thread.
    func work() {
        while true {
            wakeUps.wait()
            let (job, isStopped) = state.withLock { state -> (Job?, Bool) in
                // A job that was removed leaves its wake-up behind, and then nothing is here.
                guard !state.waiting.isEmpty else { return (nil, state.isStopped) }
                state.running += 1
                return (state.waiting.removeFirst(), false)
            }
            if isStopped { return }
            guard let job else { continue }
            let start = time.elapsed()
            job.work()
            let taken = time.elapsed() - start
            state.withLock { state in
                state.running -= 1
                state.usual = (state.usual * 7 + taken) / 8
            }
        }
    }

    /// When the queue has likely been worked off, in whole seconds and at least one.
    private func retryAfter(_ state: State) -> Duration {
        let ahead = state.usual * (state.waiting.count + state.running) / threads
        return .seconds(max(1, ahead.wholeSecondsRoundedUp))
    }
}
