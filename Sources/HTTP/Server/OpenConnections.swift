import NIOCore
import Synchronization

/// The connections of a listener, so that those which outlast a shutdown's patience can be closed one by one.
/// Cancelling the server instead would bring the process down: Hummingbird lets go of what it has accepted and not
/// begun, and NIO takes that for a mistake of its caller.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in _ = self.channels.withLock { $0.removeValue(forKey: id) } }
    }

    func closeAll() {
        for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}
