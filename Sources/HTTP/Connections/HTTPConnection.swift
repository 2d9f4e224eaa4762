import GatewayKit
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Sets connections up: each as Hummingbird serves it, under a ``ConnectionHandler`` of ours; or one too many, which it
/// never sees.
///
/// ``ConnectionState`` is what goes on at it, ``FirstByteHandler`` sees its bytes first, ``RefusalWriter`` makes the
/// answers that are no request's, ``RequestGate`` holds back what was asked behind them, ``SurplusConnection`` tells
/// those too many, ``OpenConnections`` counts all, and ``ConnectionWatch`` tells operators.
struct HTTPConnection: Sendable {
    /// Asked for each connection; one that is open keeps the limits that it began with.
    let current: CurrentDoor
    let time: any TimeSource
    let connections: OpenConnections
    /// Gets each, to be served.
    let opened: AsyncStream<OpenedConnection>.Continuation
    let logger: Logger

    /// On the channel's event loop, before it is active.
    func setUp(_ channel: any Channel) -> EventLoopFuture<Void> {
        switch connections.add(channel, limit: current.limits.connections) {
        case .served: serve(channel)
        case .surplus: turnAway(channel, current.door.refusals)
        case .none: turnAway(channel, nil)
        }
    }

    private func turnAway(_ channel: any Channel, _ refusals: RefusalWriter?) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let patience = ConnectionTimeouts(current.limits).closing
            let surplus = SurplusConnection(refusals: refusals, patience: patience)
            try channel.pipeline.syncOperations.addHandler(surplus)
            opened.yield(.turnedAway(channel))
        }
    }

    private func serve(_ channel: any Channel) -> EventLoopFuture<Void> {
        let (door, limits) = (current.door, current.limits)
        let configuration = HTTP1Channel.Configuration(
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.header, maxHeaderListSize: limits.header, maxHeaderFieldCount: 100))
        let (gate, inHand) = (RequestGate(), RequestInHand())
        let responder = DoorResponder(current: current, time: time, logger: logger)
        let http1 = HTTP1Channel(
            responder: { request, writer, channel in
                try await gate.pass(to: channel)
                try await responder.respond(to: request, writer, over: channel)
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
            opened.yield(
                .served(
                    ServedConnection(http1: http1, channel: channel, value: served, inHand: inHand, logger: logger)))
        }
    }
}

/// A connection that has been set up.
enum OpenedConnection: Sendable {
    case served(ServedConnection)
    case turnedAway(any Channel)

    /// Serves it until it is closed.
    func serve() async {
        switch self {
        case .served(let connection): await connection.serve()
        case .turnedAway(let channel): await channel.waitForClose()
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
