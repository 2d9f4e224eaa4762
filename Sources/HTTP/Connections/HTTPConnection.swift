import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A connection as Hummingbird serves it, under a ``ConnectionHandler`` of ours; or one too many, which it never sees.
///
/// ``ConnectionState`` is what goes on at it, ``FirstByteHandler`` sees its bytes first, ``RefusalWriter`` makes the
/// answers that are no request's, ``SurplusConnection`` tells those too many, ``OpenConnections`` counts all, and
/// ``ConnectionWatch`` tells operators.
struct HTTPConnection: ServerChildChannel {
    /// A connection with what serves it, if anything does.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let served: HTTP1Channel.Value?
    }

    let responder: HTTPChannelHandler.Responder
    /// Asked for each connection; one that is open keeps the limits that it began with.
    let current: CurrentDoor
    let connections: OpenConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        switch connections.add(channel, limit: current.limits.connections) {
        case .served: serve(channel, logger)
        case .surplus: turnAway(channel, current.door.refusals)
        case .none: turnAway(channel, nil)
        }
    }

    /// Serves until the connection is closed. Then whoever still works at a request of it is cancelled: there is nobody
    /// left to answer.
    func handle(value: Value, logger: Logger) async {
        guard let served = value.served else { return await value.channel.waitForClose() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await HTTP1Channel(responder: responder).handle(value: served, logger: logger) }
            group.addTask { await value.channel.waitForClose() }
            await group.next()
            group.cancelAll()
        }
    }

    private func turnAway(_ channel: any Channel, _ refusals: RefusalWriter?) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let patience = ConnectionTimeouts(current.limits).closing
            let surplus = SurplusConnection(refusals: refusals, patience: patience)
            try channel.pipeline.syncOperations.addHandler(surplus)
            return Value(channel: channel, served: nil)
        }
    }

    private func serve(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Value> {
        let (door, limits) = (current.door, current.limits)
        let configuration = HTTP1Channel.Configuration(
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.header, maxHeaderListSize: limits.header, maxHeaderFieldCount: 100))
        let http1 = HTTP1Channel(responder: responder, configuration: configuration)
        return http1.setup(channel: channel, logger: logger).flatMapThrowing { served in
            let pipeline = channel.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            let handler = ConnectionHandler(
                limits: MessageLimits(header: limits.header, body: door.bodyLimit),
                timeouts: ConnectionTimeouts(limits), refusals: door.refusals, now: channel.eventLoop.now)
            try pipeline.addHandler(handler, position: .before(codec))
            try pipeline.addHandler(FirstByteHandler(handler), position: .first)
            return Value(channel: channel, served: served)
        }
    }
}

extension Channel {
    fileprivate func waitForClose() async { try? await closeFuture.get() }
}
