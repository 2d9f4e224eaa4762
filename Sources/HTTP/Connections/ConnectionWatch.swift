import CoreMetrics
import GatewayKit
import Logging
import Synchronization

/// What operators see of a listener's connections: how many there are, which refusals never became a request, and a
/// line in the log when the limit is reached and another when there is room again.
final class ConnectionWatch: Sendable {
    private let open: Meter
    private let limit: Meter
    private let refusals: [String: Counter]
    private let crowd = Mutex(Crowd())
    private let time: any TimeSource
    private let logger: Logger

    /// What the log says of the limit: once a minute at most, for a flood reaches it again and again.
    private struct Crowd {
        /// Whether the log's last word is that the limit is reached.
        var isSaid = false
        var lastSaid: Duration?
        /// How many have been refused since the log last said so.
        var refused = 0

        /// Notes that one more was refused; whether to say so.
        mutating func fill(at now: Duration) -> Bool {
            refused += 1
            guard !isSaid else { return false }
            if let lastSaid, now - lastSaid < .seconds(60) { return false }
            (isSaid, lastSaid) = (true, now)
            return true
        }

        /// Notes that there is room again; how many were refused, if that is to be said.
        mutating func clear() -> Int? {
            guard isSaid else { return nil }
            defer { (isSaid, refused) = (false, 0) }
            return refused
        }
    }

    init(metrics: any MetricsFactory, time: any TimeSource, logger: Logger) {
        open = Meter(label: "auth_gateway_http_connections", factory: metrics)
        limit = Meter(label: "auth_gateway_http_connections_limit", factory: metrics)
        let kinds: [ProblemKind] = [
            .busy, .unavailable, .headerTooLarge, .bodyTooLarge, .malformedRequest, .requestTimeout,
        ]
        refusals = Dictionary(
            uniqueKeysWithValues: (kinds.map(\.code) + [Self.dropped]).map { code in
                let name = "auth_gateway_http_connection_refusals_total"
                return (code, Counter(label: name, dimensions: [("code", code)], factory: metrics))
            })
        self.time = time
        self.logger = logger
    }

    func begin(limit: Int) {
        self.limit.set(limit)
        open.set(0)
    }

    /// So many are served now, of so many at most.
    func served(_ count: Int, of limit: Int) {
        open.set(count)
        self.limit.set(limit)
        // Not at the first that goes: the next would fill it again, and the log with it.
        guard count * 10 <= limit * 9, let refused = crowd.withLock({ $0.clear() }) else { return }
        logger.info("there is room for connections again", metadata: [LogKey.refused: "\(refused)"])
    }

    /// One more came than there may be.
    func filled(limit: Int) {
        let now = time.elapsed()
        guard crowd.withLock({ $0.fill(at: now) }) else { return }
        logger.warning(
            "all connections of server.limits.connections are open: more are answered 503",
            metadata: [LogKey.connections: "\(limit)"])
    }

    /// A connection was answered a problem itself.
    func refused(_ kind: ProblemKind) { refusals[kind.code]?.increment() }

    /// A connection was closed without a word.
    func droppedOne() {
        refusals[Self.dropped]?.increment()
        crowd.withLock { $0.refused += 1 }
    }

    private static let dropped = "dropped"
}
