import Dispatch
import Foundation
import GatewayKit
import GatewayTestKit
import Glibc
import Synchronization
import Testing

@testable import GatewayProviders

@Suite(.timeLimit(.minutes(5))) struct HashingPoolTests {
    @Test func `work is done on threads of nice 19, one for each`() async throws {
        let pool = HashingPool(threads: 2, capacity: 8, time: SystemTime())
        let niceness = try await pool.run { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        #expect(niceness == 19)
        // The others keep theirs: this is the process's first thread, whose number is the process's.
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(getpid())) < 19)
    }

    @Test func `every thread has its name when the first job comes`() async throws {
        for _ in 0..<500 {
            let pool = HashingPool(threads: 1, capacity: 1, time: SystemTime(), name: "hashing-by-name")
            let name = try await pool.run { try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8) }
            #expect(name == "hashing-by-name\n")
        }
    }

    @Test func `a full queue refuses at once, and says when it will likely be worked off`() async throws {
        let time = ManualTime()
        let gate = Gate()
        let pool = HashingPool(threads: 1, capacity: 2, time: time)
        // One job that takes 16 s of the still clock: the average goes from 50 ms to about 2 s.
        try await pool.run { time.advance(by: .seconds(16)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run { gate.pass() } }
            await gate.waitForArrivals(1)
            for _ in 0..<2 { group.addTask { try await pool.run {} } }
            while pool.waitingCount < 2, !Task.isCancelled { await Task.yield() }
            #expect(await Self.refusal { try await pool.run {} } == .seconds(7))
            gate.open()
            try await group.waitForAll()
        }
        try await pool.run {}
    }

    @Test func `operators see what waits, how long it waited and took, and a full queue once a spell`() async throws {
        let (time, gate, metrics, log) = (ManualTime(), Gate(), RecordedMetrics(), RecordedLog())
        let watch = HashingWatch(metrics: metrics, logger: log.logger)
        let pool = HashingPool(threads: 1, capacity: 2, time: time, watch: watch)
        let length = { metrics.value("auth_gateway_hashing_queue_length") }
        #expect(metrics.value("auth_gateway_hashing_threads") == 1)
        #expect(metrics.value("auth_gateway_hashing_queue_capacity") == 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run { gate.pass() } }
            await gate.waitForArrivals(1)
            for _ in 0..<2 { group.addTask { try await pool.run {} } }
            while pool.waitingCount < 2, !Task.isCancelled { await Task.yield() }
            #expect(length() == 2)
            for _ in 0..<3 { _ = await Self.refusal { try await pool.run {} } }
            time.advance(by: .seconds(3))
            gate.open()
            try await group.waitForAll()
        }
        #expect(length() == 0)
        #expect(metrics.value("auth_gateway_hashing_refusals_total") == 3)
        #expect(metrics.recorded("auth_gateway_hashing_wait_seconds") == [0, 3, 3])
        // What a job's end leaves to do is done behind its answer.
        while log.lines.count < 2, !Task.isCancelled { await Task.yield() }
        #expect(metrics.recorded("auth_gateway_hashing_work_seconds") == [3, 0, 0])
        #expect(
            log.lines.map { "\($0.level): \($0.message)" } == [
                "warning: more passwords come than can be hashed: logins are answered 503 until the queue has room",
                "info: the queue of passwords to be hashed is empty again",
            ])
    }

    @Test func `a cancelled caller leaves the queue, and its work is not done`() async throws {
        let gate = Gate()
        let mark = Gate()
        mark.open()
        let pool = HashingPool(threads: 1, capacity: 1, time: SystemTime())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run { gate.pass() } }
            await gate.waitForArrivals(1)
            await withTaskGroup(of: Duration?.self) { waiting in
                waiting.addTask { await Self.refusal { try await pool.run { mark.pass() } } }
                waiting.cancelAll()
                #expect(await waiting.next() == .some(.seconds(1)))
            }
            #expect(pool.waitingCount == 0)
            gate.open()
            try await group.waitForAll()
        }
        // The queue's one place is free again, and the thread found nothing of the cancelled job.
        try await pool.run {}
        #expect(mark.arrivals == 0)
    }

    @Test func `a task that is cancelled before it comes is refused`() async throws {
        let gate = Gate()
        let pool = HashingPool(threads: 1, capacity: 4, time: SystemTime())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run { gate.pass() } }
            await gate.waitForArrivals(1)
            await withTaskGroup(of: Duration?.self) { cancelled in
                cancelled.cancelAll()
                cancelled.addTask { await Self.refusal { try await pool.run {} } }
                #expect(await cancelled.next() == .some(.seconds(1)))
            }
            gate.open()
            try await group.waitForAll()
        }
    }

    @Test func `a pool that stops finishes what runs and refuses the rest`() async throws {
        let gate = Gate()
        let pool = HashingPool(threads: 1, capacity: 8, time: SystemTime())
        await withTaskGroup(of: Duration?.self) { running in
            running.addTask { await Self.refusal { try await pool.run { gate.pass() } } }
            await gate.waitForArrivals(1)
            await withTaskGroup(of: Duration?.self) { waiting in
                waiting.addTask { await Self.refusal { try await pool.run {} } }
                while pool.waitingCount < 1, !Task.isCancelled { await Task.yield() }
                pool.stop()
                #expect(await waiting.next() == .some(.seconds(1)))
            }
            #expect(await Self.refusal { try await pool.run {} } == .seconds(1))
            gate.open()
            #expect(await running.next() == .some(nil))
        }
    }

    @Test func `a thread without work says so once, and again behind its next job`() async {
        let (spells, spell) = AsyncStream.makeStream(of: Void.self)
        var quiet = spells.makeAsyncIterator()
        let queue = HashingQueue(
            threads: 1, capacity: 1, time: SystemTime(), watch: HashingWatch(), quiet: .milliseconds(1)
        ) { spell.yield() }
        defer { queue.stop() }
        Thread.detachNewThread { queue.work() }
        await quiet.next()
        await withCheckedContinuation { done in
            queue.add(HashingQueue.Job(ticket: queue.drawTicket(), work: { done.resume() }, refuse: { _ in }))
        }
        await quiet.next()
        spell.finish()
        #expect(await quiet.next() == nil)
    }

    @Test func `the threads end when the pool is released`() async throws {
        do {
            let pool = HashingPool(threads: 4, capacity: 4, time: SystemTime(), name: "hashing-to-end")
            try await pool.run {}
            #expect(Self.threadCount(named: "hashing-to-end") > 0)
        }
        // They end by themselves, a moment later.
        while Self.threadCount(named: "hashing-to-end") > 0, !Task.isCancelled { await Task.yield() }
    }

    private static func refusal(_ body: () async throws -> Void) async -> Duration? {
        do {
            try await body()
            return nil
        } catch PasswordHasherError.busy(let retryAfter) {
            return retryAfter
        } catch {
            Issue.record(error)
            return nil
        }
    }

    private static func threadCount(named name: String) -> Int {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.count { thread in
            (try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)) == name + "\n"
        }
    }
}

/// Holds threads up until it is opened, and tells a test when they have come.
private final class Gate: Sendable {
    private struct State {
        var arrivals = 0
        var isOpen = false
    }

    private let state = Mutex(State())
    private let opening = DispatchSemaphore(value: 0)

    func pass() {
        let isOpen = state.withLock { state in
            state.arrivals += 1
            return state.isOpen
        }
        if !isOpen { opening.wait() }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            return state.arrivals
        }
        for _ in 0..<waiting { opening.signal() }
    }

    var arrivals: Int { state.withLock(\.arrivals) }

    func waitForArrivals(_ count: Int) async {
        while arrivals < count, !Task.isCancelled { await Task.yield() }
    }
}
