import GatewayKit
import NIOCore

/// How long each phase of a connection may take.
struct ConnectionTimeouts: Hashable, Sendable {
    /// From the first byte of a header section to its end.
    var header: TimeAmount
    /// From the end of the header section to the end of the body.
    var body: TimeAmount
    /// From the end of the header section to the end of the answer.
    var request: TimeAmount
    /// Silence between requests.
    var idle: TimeAmount
    /// Silence between requests once the listener is stopping.
    var draining: TimeAmount
    /// From the last answer to the other side's own end; what arrives meanwhile is dropped (RFC 9112, section 9.6).
    var closing = TimeAmount.seconds(2)

    /// The shortest of those that begin without notice. A timer that never sleeps longer is never too late for a
    /// deadline that begins while it sleeps, so that none has to be set for each request.
    var shortest: TimeAmount { min(header, body, request, idle) }

    /// The timeouts of those limits.
    init(_ limits: Listener.Limits) {
        func amount(_ duration: Duration) -> TimeAmount { .milliseconds(duration.wholeMilliseconds) }
        header = amount(limits.headerTimeout)
        body = amount(limits.bodyTimeout)
        request = amount(limits.requestTimeout)
        idle = amount(limits.idleTimeout)
        draining = amount(limits.stoppingTimeout)
    }
}
