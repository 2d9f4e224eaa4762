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
    private let isFull = Mutex(false)
    private let logger: Logger

    init(metrics: any MetricsFactory, logger: Logger) {
        open = Meter(label: "auth_gateway_http_connections", factory: metrics)
        limit = Meter(label: "auth_gateway_http_connections_limit", factory: metrics)
        let kinds: [ProblemKind] = [.busy, .headerTooLarge, .bodyTooLarge, .malformedRequest, .requestTimeout]
        refusals = Dictionary(
            uniqueKeysWithValues: (kinds.map(\.code) + [Self.dropped]).map { code in
                let name = "auth_gateway_http_connection_refusals_total"
                return (code, Counter(label: name, dimensions: [("code", code)], factory: metrics))
            })
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
        guard count * 10 <= limit * 9, isFull.withLock({ $0 }) else { return }
        let isNews = isFull.withLock { isFull in
            defer { isFull = false }
            return isFull
        }
        if isNews { logger.info("there is room for connections again") }
    }

    /// One more came than there may be.
    func filled(limit: Int) {
        let isNews = isFull.withLock { isFull in
            defer { isFull = true }
            return !isFull
        }
        guard isNews else { return }
        logger.warning(
            "all connections of server.limits.connections are open: more are answered 503",
            metadata: [LogKey.connections: "\(limit)"])
    }

    /// A connection was answered a problem itself.
    func refused(_ kind: ProblemKind) { refusals[kind.code]?.increment() }

    /// A connection was closed without a word.
    func droppedOne() { refusals[Self.dropped]?.increment() }

    private static let dropped = "dropped"
}
