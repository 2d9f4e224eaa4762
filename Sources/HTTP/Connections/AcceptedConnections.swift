import NIOCore

/// Keeps a listener's channel open, once it is to be closed, until each connection that it has accepted is set up.
///
/// NIO sets connections up on event loops of their own, and closes those which end with it after the listener's channel
/// has been closed; a request may have been sent on them by then. So the channel first accepts no more, and is closed
/// when none is in hand.
///
/// Where the system gives no connection, since no more files can be opened, it asks again a second later. NIO's own
/// handler for that delays the next read, which is none as long as the first is not over: it would ask all the time.
final class AcceptedConnections: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    /// Sees the connections that have come through all that sets them up.
    private final class SetUp: ChannelInboundHandler {
        typealias InboundIn = any Channel

        private let accepted: AcceptedConnections

        init(_ accepted: AcceptedConnections) { self.accepted = accepted }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            accepted.settle(ObjectIdentifier(Self.unwrapInboundIn(data)))
            context.fireChannelRead(data)
        }
    }

    private var inHand: Set<ObjectIdentifier> = []
    private var closed: EventLoopFuture<Void>?
    private var close: (() -> Void)?

    private init() {}

    /// Puts it around all handlers of a listener's channel; on the channel's event loop.
    static func watch(_ listener: any Channel) throws {
        let accepted = AcceptedConnections()
        try listener.pipeline.syncOperations.addHandler(accepted, position: .first)
        try listener.pipeline.syncOperations.addHandler(SetUp(accepted), position: .last)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = Self.unwrapInboundIn(data)
        let id = ObjectIdentifier(connection)
        inHand.insert(id)
        connection.closeFuture.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in
            withExtendedLifetime(connection) { self.settle(id) }
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if closed == nil { context.read() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if let closed { return closed.cascade(to: promise) }
        let promise = promise ?? context.eventLoop.makePromise()
        closed = promise.futureResult
        close = { context.close(mode: mode, promise: promise) }
        setAutoRead(false, context)
        closeIfSettled()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError, closed == nil else { return context.fireErrorCaught(error) }
        setAutoRead(false, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
            if self.closed == nil { self.setAutoRead(true, context) }
        }
    }

    private func setAutoRead(_ isOn: Bool, _ context: ChannelHandlerContext) {
        do {
            try context.channel.syncOptions?.setOption(.autoRead, value: isOn)
        } catch {
            context.fireErrorCaught(error)
        }
    }

    private func settle(_ connection: ObjectIdentifier) {
        inHand.remove(connection)
        closeIfSettled()
    }

    private func closeIfSettled() {
        guard inHand.isEmpty, let close else { return }
        self.close = nil
        close()
    }
}
