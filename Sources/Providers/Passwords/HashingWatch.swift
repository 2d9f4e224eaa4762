import CoreMetrics
import GatewayKit
import Logging

/// What operators see of hashing: how much waits and how long, how long a hash takes, what is refused, and a line in
/// the log when the queue fills up and another when it is empty again.
struct HashingWatch: Sendable {
    private let threads: Meter
    private let capacity: Meter
    private let waiting: Meter
    private let wait: CoreMetrics.Timer
    private let work: CoreMetrics.Timer
    private let refusals: Counter
    private let logger: Logger?

    init(metrics: any MetricsFactory = NOOPMetricsHandler.instance, logger: Logger? = nil) {
        threads = Meter(label: "auth_gateway_hashing_threads", factory: metrics)
        capacity = Meter(label: "auth_gateway_hashing_queue_capacity", factory: metrics)
        waiting = Meter(label: "auth_gateway_hashing_queue_length", factory: metrics)
        wait = CoreMetrics.Timer(label: "auth_gateway_hashing_wait_seconds", factory: metrics)
        work = CoreMetrics.Timer(label: "auth_gateway_hashing_work_seconds", factory: metrics)
        refusals = Counter(label: "auth_gateway_hashing_refusals_total", factory: metrics)
        self.logger = logger
    }

    func begin(threads: Int, capacity: Int) {
        self.threads.set(threads)
        self.capacity.set(capacity)
        waiting.set(0)
    }

    func waiting(_ count: Int) { waiting.set(count) }

    func began(after waited: Duration) { wait.record(waited) }

    func ended(after worked: Duration) { work.record(worked) }

    /// A job was refused; `isFirst` when none was since the queue was last empty.
    func refused(isFirst: Bool, retryAfter: Duration) {
        refusals.increment()
        guard isFirst else { return }
        logger?.warning(
            "more passwords come than can be hashed: logins are answered 503 until the queue has room",
            metadata: [LogKey.retryAfterSeconds: "\(retryAfter.wholeSecondsRoundedUp)"])
    }

    func emptied() { logger?.info("the queue of passwords to be hashed is empty again") }
}
