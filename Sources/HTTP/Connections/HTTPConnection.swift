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

    let http1: HTTP1Channel
    let connections: OpenConnections
    let limits: MessageLimits
    let timeouts: ConnectionTimeouts
    let refusals: RefusalWriter

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        switch connections.add(channel) {
        case .served: serve(channel, logger)
        case .surplus: turnAway(channel, refusals)
        case .none: turnAway(channel, nil)
        }
    }

    /// Serves until the connection is closed. Then whoever still works at a request of it is cancelled: there is nobody
    /// left to answer.
    func handle(value: Value, logger: Logger) async {
        guard let served = value.served else { return await value.channel.waitForClose() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await http1.handle(value: served, logger: logger) }
            group.addTask { await value.channel.waitForClose() }
            await group.next()
            group.cancelAll()
        }
    }

    private func turnAway(_ channel: any Channel, _ refusals: RefusalWriter?) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let surplus = SurplusConnection(refusals: refusals, patience: timeouts.closing)
            try channel.pipeline.syncOperations.addHandler(surplus)
            return Value(channel: channel, served: nil)
        }
    }

    private func serve(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Value> {
        http1.setup(channel: channel, logger: logger).flatMapThrowing { served in
            let pipeline = channel.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            let handler = ConnectionHandler(
                limits: limits, timeouts: timeouts, refusals: refusals, now: channel.eventLoop.now)
            try pipeline.addHandler(handler, position: .before(codec))
            try pipeline.addHandler(FirstByteHandler(handler), position: .first)
            return Value(channel: channel, served: served)
        }
    }
}

extension Channel {
    fileprivate func waitForClose() async { try? await closeFuture.get() }
}
