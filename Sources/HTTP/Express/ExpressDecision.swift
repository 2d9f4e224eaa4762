public import GatewayKit
public import HTTPTypes
public import Logging
import NIOCore

/// Decides about a request in the express lane: the lines of the header that say who it is, each with its end, where it
/// is answered with 200 and nothing but memory was asked; nil for the ordinary path.
public typealias ExpressDecision = @Sendable (ExpressRequest, ExpressClient) -> [UInt8]?

/// Who sent a request of the express lane, as far as anybody can tell.
public struct ExpressClient {
    let request: ExpressRequest
    let peer: Peer
    /// Whether the peer is one of `server.trusted_proxies`.
    public let isTrusted: Bool
    let trustedProxies: TrustedProxies

    /// The client's address, as far as trusted proxies tell it.
    public var address: IPAddress? {
        let forwarded = request.text(.forwardedFor).map { [$0] } ?? []
        return trustedProxies.client(behind: peer, forwardedFor: forwarded)
    }
}

/// What a stage of the pipeline does to an answer of the express lane; no value stands for a stage that decides, and
/// must see the request itself.
public struct ExpressStage: Sendable {
    /// The fields that it adds where the answer has none of that name.
    public let fields: HTTPFields
    /// Whether they are the same for pages of other origins.
    public let takesOrigin: Bool
    /// Told of each answer.
    public let note: (@Sendable (ExpressAnswer) -> Void)?

    /// States every part; nothing at all is a stage that lets all pass as it is.
    public init(
        adding fields: HTTPFields = [:], takesOrigin: Bool = true,
        noting note: (@Sendable (ExpressAnswer) -> Void)? = nil
    ) {
        self.fields = fields
        self.takesOrigin = takesOrigin
        self.note = note
    }
}

/// An answer of the express lane, which is always a 200 without a body.
public struct ExpressAnswer {
    /// The route that was asked.
    public let route: RouteDeclaration
    /// The method that the client sent.
    public let method: HTTPRequest.Method
    /// Who sent the request.
    public let client: ExpressClient
    /// The request's id, which the answer carries.
    public let requestID: String
    /// How long it took.
    public let took: Duration
    let door: Logger

    /// Logs with the request's id.
    public var logger: Logger {
        var logger = door
        logger[metadataKey: LogKey.requestID] = .string(requestID)
        return logger
    }
}
