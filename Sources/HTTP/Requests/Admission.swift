import GatewayKit
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// What is settled about a request before the pipeline sees it: who sent it, its id, and which route it means.
final class Admission: Sendable {
    private let routes: RouteTable
    private let trustedProxies: TrustedProxies
    private let bodyLimit: Int
    private let time: any TimeSource
    private let random: any RandomSource
    private let logger: Logger
    private let hasWarnedOfForwarding = Atomic(false)

    init(
        routes: RouteTable, trustedProxies: TrustedProxies, bodyLimit: Int, time: any TimeSource,
        random: any RandomSource, logger: Logger
    ) {
        self.routes = routes
        self.trustedProxies = trustedProxies
        self.bodyLimit = bodyLimit
        self.time = time
        self.random = random
        self.logger = logger
    }

    /// Fills the exchange.
    func admit(_ request: Request, _ exchange: inout Exchange) {
        exchange.receivedAt = time.now()
        exchange.method = request.method
        exchange.bodyLimit = bodyLimit
        exchange.isPeerTrusted = trustedProxies.trust(exchange.peer)
        let forwarded = request.headers[values: .forwardedFor]
        exchange.clientAddress = trustedProxies.client(behind: exchange.peer, forwardedFor: forwarded)
        if !forwarded.isEmpty, !exchange.isPeerTrusted { warnOfForwarding(exchange.peer) }
        exchange.requestID = requestID(of: request, isTrusted: exchange.isPeerTrusted)
        exchange.logger = logger
        exchange.logger[metadataKey: LogKey.requestID] = .string(exchange.requestID)
        // Hummingbird's own `id` insists on this key, and its middleware logs with this logger.
        var theirs = logger
        theirs[metadataKey: "hb.request.id"] = .string(exchange.requestID)
        exchange.coreContext = CoreRequestContextStorage(source: LoggerSource(logger: theirs))
        let match = routes.match(request.method, request.uri.path)
        exchange.route = Self.refusal(of: request).map { .refused($0, match.declaration) } ?? match
        exchange.coreContext.endpointPath.value = exchange.route.pattern
    }

    /// An id that a trusted proxy sent, when it is sane; else a new one.
    private func requestID(of request: Request, isTrusted: Bool) -> String {
        guard isTrusted, let sent = request.headers[.requestID], Self.isSane(requestID: sent) else {
            return random.identifier()
        }
        return sent
    }

    /// Whether a proxy's id can be taken.
    static func isSane(requestID: String) -> Bool {
        (8...128).contains(requestID.utf8.count) && requestID.utf8.allSatisfy(isAllowedInRequestID)
    }

    /// Why a request cannot be read: exactly one Host with the characters of one (RFC 9112, section 3.2), and a target
    /// that is a path. Hummingbird has cut the absolute form down to its path already.
    private static func refusal(of request: Request) -> Problem? {
        guard let host = request.head.authority, !host.isEmpty else {
            return .malformedRequest("The Host header is missing.")
        }
        guard !request.headers.contains(secondHost) else { return .malformedRequest("The Host header stands twice.") }
        guard host.utf8.allSatisfy(isAllowedInHost) else { return .malformedRequest("The Host header is not a host.") }
        guard request.head.path?.hasPrefix("/") == true else {
            return .malformedRequest("The request's target is not a path.")
        }
        return nil
    }

    private func warnOfForwarding(_ peer: Peer) {
        guard !hasWarnedOfForwarding.exchange(true, ordering: .relaxed) else { return }
        logger.warning(
            "a peer sent X-Forwarded-For and is ignored: if it is your proxy, add it to server.trusted_proxies",
            metadata: [LogKey.address: "\(peer)"])
    }

    private static func isAllowedInRequestID(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
    }

    static func isAllowedInHost(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || hostPunctuation.contains(byte)
    }

    /// The first Host has become the request's authority; what is left under this name is one more.
    private static let secondHost = HTTPField.Name(constant: "Host")

    private static let hostPunctuation = Set("-._~%!$&'()*+,;=:[]".utf8)

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

/// Hands a logger to Hummingbird's part of an exchange, which takes one in no other way.
struct LoggerSource: RequestContextSource {
    let logger: Logger
}
