import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A connection as Hummingbird serves it, under a ``ConnectionHandler`` of ours; or one too many, which it never sees.
///
/// ``ConnectionState`` is what goes on at it, ``FirstByteHandler`` sees its bytes first, ``RefusalWriter`` makes the
/// answers that are no request's, ``RequestGate`` holds back what was asked behind them, ``SurplusConnection`` tells
/// those too many, ``OpenConnections`` counts all, and ``ConnectionWatch`` tells operators.
struct HTTPConnection: ServerChildChannel {
    /// All that Hummingbird gets of a connection.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    let responder: HTTPChannelHandler.Responder
    /// Asked for each connection; one that is open keeps the limits that it began with.
    let current: CurrentDoor
    let connections: OpenConnections
    let serving: AsyncStream<ServedConnection>.Continuation

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        switch connections.add(channel, limit: current.limits.connections) {
        case .served: serve(channel, logger)
        case .surplus: turnAway(channel, current.door.refusals)
        case .none: turnAway(channel, nil)
        }
    }

    /// Waits for the connection's end. The listener serves it: where a shutdown meets one that is just being set up,
    /// Hummingbird lets it go, and would lose its request and bring the process down.
    func handle(value: Value, logger: Logger) async { await value.channel.waitForClose() }

    private func turnAway(_ channel: any Channel, _ refusals: RefusalWriter?) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let patience = ConnectionTimeouts(current.limits).closing
            let surplus = SurplusConnection(refusals: refusals, patience: patience)
            try channel.pipeline.syncOperations.addHandler(surplus)
            return Value(channel: channel)
        }
    }

    private func serve(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Value> {
        let (door, limits) = (current.door, current.limits)
        let configuration = HTTP1Channel.Configuration(
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.header, maxHeaderListSize: limits.header, maxHeaderFieldCount: 100))
        let (gate, inHand) = (RequestGate(), RequestInHand())
        let http1 = HTTP1Channel(
            responder: { request, writer, channel in
                try await gate.pass(to: channel)
                try await responder(request, writer, channel)
            }, configuration: configuration)
        return http1.setup(channel: channel, logger: logger).flatMapThrowing { served in
            // NIO takes one that is let go before its channel is closed for a mistake, and ends the process.
            channel.closeFuture.whenComplete { _ in withExtendedLifetime(served) {} }
            let pipeline = channel.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            let handler = ConnectionHandler(
                limits: MessageLimits(header: limits.header, body: door.bodyLimit),
                timeouts: ConnectionTimeouts(limits), refusals: door.refusals, gate: gate,
                inHand: inHand, now: channel.eventLoop.now)
            try pipeline.addHandler(handler, position: .before(codec))
            try pipeline.addHandler(
                FirstByteHandler(handler, express: ExpressPass(current, Peer(of: channel))), position: .first)
            connections.drainIfStopping(channel)
            serving.yield(
                ServedConnection(http1: http1, channel: channel, value: served, inHand: inHand, logger: logger))
            return Value(channel: channel)
        }
    }
}

/// A connection that has been set up, to be served by the listener.
struct ServedConnection: Sendable {
    let http1: HTTP1Channel
    let channel: any Channel
    let value: HTTP1Channel.Value
    let inHand: RequestInHand
    let logger: Logger

    /// Serves until the connection is closed. Then whoever still works at a request of it is cancelled: there is nobody
    /// left to answer.
    func serve() async {
        await withTaskGroup(of: Void.self) { group in
            let executor = EventLoopExecutor(channel.eventLoop)
            group.addTask(executorPreference: executor) {
                await RequestInHand.$current.withValue(inHand) { await http1.handle(value: value, logger: logger) }
            }
            group.addTask(executorPreference: executor) { await channel.waitForClose() }
            await group.next()
            group.cancelAll()
        }
    }
}

extension Channel {
    fileprivate func waitForClose() async { try? await closeFuture.get() }
}
