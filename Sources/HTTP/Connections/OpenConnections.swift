import NIOCore
import Synchronization

/// The connections of a listener: counted, so that there are never more than its limit, and kept, so that those which
/// outlast a shutdown's patience can be closed one by one. Cancelling the server instead would bring the process down:
/// Hummingbird lets go of what it has accepted and not begun, and NIO takes that for a mistake of its caller.
final class OpenConnections: Sendable {
    /// What becomes of a connection.
    enum Place {
        /// It is served.
        case served
        /// It is one too many, and told so.
        case surplus
        /// There are too many even of those that are being told.
        case none
    }

    private struct Table {
        var served: [ObjectIdentifier: any Channel] = [:]
        var surplus: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    /// How many may be told at once that they are too many.
    static let greatestSurplus = 64

    private let table = Mutex(Table())
    private let watch: ConnectionWatch

    /// Tells the watch of the limit that it begins with.
    init(limit: Int, watch: ConnectionWatch) {
        self.watch = watch
        watch.begin(limit: limit)
    }

    /// Gives a connection its place until it is closed; the limit may be another each time.
    func add(_ channel: any Channel, limit: Int) -> Place {
        let id = ObjectIdentifier(channel)
        let place: Place = table.withLock { table in
            if table.served.count < limit {
                table.served[id] = channel
                watch.served(table.served.count, of: limit)
                return .served
            }
            guard table.surplus.count < Self.greatestSurplus else { return .none }
            table.surplus[id] = channel
            return .surplus
        }
        switch place {
        case .served: break
        case .surplus: watch.filled(limit: limit)
        case .none: watch.droppedOne()
        }
        channel.closeFuture.whenComplete { _ in
            self.table.withLock { table in
                if table.served.removeValue(forKey: id) != nil {
                    self.watch.served(table.served.count, of: limit)
                }
                table.surplus.removeValue(forKey: id)
            }
        }
        return place
    }

    /// Tells each connection that its next answer is its last, and those that still come too; the connections that
    /// there are now.
    @discardableResult
    func drain() -> [any Channel] {
        let served = table.withLock { table in
            table.isDraining = true
            return Array(table.served.values)
        }
        for channel in served { Self.drain(channel) }
        return served
    }

    /// Tells a connection that has been set up while the listener was stopping: the server does not know it any more.
    func drainIfStopping(_ channel: any Channel) {
        if table.withLock(\.isDraining) { Self.drain(channel) }
    }

    private static func drain(_ channel: any Channel) {
        channel.eventLoop.execute {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    func closeAll() {
        let open = table.withLock { Array($0.served.values) + Array($0.surplus.values) }
        for channel in open { channel.close(promise: nil) }
    }
}
