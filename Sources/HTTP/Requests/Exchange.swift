public import GatewayKit
public import HTTPTypes
public import Hummingbird
public import Logging

/// One request on its way to its answer: what middleware and endpoints know about it beside the request itself.
///
/// ``FrontDoor`` fills it before any of them sees it.
public struct Exchange: RequestContext {
    /// What Hummingbird keeps: the path's parameters, and the route's pattern.
    public var coreContext: CoreRequestContextStorage
    /// Logs with the request's id.
    public var logger: Logger
    /// Who is at the other end of the connection: a client, or a proxy.
    public let peer: Peer
    /// Whether the peer is one of `server.trusted_proxies`, so that what it says about the request is believed.
    public internal(set) var isPeerTrusted = false
    /// The client's address, as far as trusted proxies tell it; nil for a unix socket without a proxy's word.
    public internal(set) var clientAddress: IPAddress?
    /// The request's id, which the answer and each log line carry.
    public internal(set) var requestID = ""
    /// When the request's header had arrived.
    public internal(set) var receivedAt = Timestamp(milliseconds: 0)
    /// The method that the client sent. The request itself says GET instead of HEAD, and on its way to a route that
    /// takes any method; that endpoint gets it back.
    public internal(set) var method = HTTPRequest.Method.get
    /// Which declared route the request means.
    public internal(set) var route = RouteMatch.unknown
    /// The greatest body that is read, in bytes.
    public internal(set) var bodyLimit = 0

    /// Begins an exchange on a connection.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        logger = source.logger
        peer = Peer(of: source.channel)
    }

    /// Begins an exchange without a connection, of a request as that peer would send it.
    init(from peer: Peer, logger: Logger) {
        coreContext = CoreRequestContextStorage(source: LoggerSource(logger: logger))
        self.logger = logger
        self.peer = peer
    }

    /// A parameter of the path as it was sent, not percent-decoded; empty when the route has none of that name.
    public func parameter(_ name: String) -> String { parameters.get(name) ?? "" }

    /// The greatest body that Hummingbird's own decoding reads.
    public var maxUploadSize: Int { bodyLimit }
}
