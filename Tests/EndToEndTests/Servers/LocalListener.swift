import Foundation
import Synchronization

/// A socket of a test's own that takes connections on a thread until it is ended.
final class LocalListener: Sendable {
    /// Nil once it is closed: its number may be another's socket by then.
    private let descriptor: Mutex<Int32?>

    /// Has the address, and refuses all connections yet.
    init(at address: LocalAddress) throws(SocketFailure) {
        let descriptor = try address.socket()
        self.descriptor = Mutex(descriptor)
        try address.call { bind(descriptor, $0, $1) }
    }

    deinit { close() }

    /// The port that it has.
    var port: UInt16 {
        get throws(SocketFailure) {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let descriptor = descriptor.withLock { $0 ?? -1 }
            let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
            }
            guard isNamed else { throw SocketFailure(code: errno) }
            return UInt16(bigEndian: address.sin_port)
        }
    }

    /// Takes connections from now on, each for a closure that closes it.
    func open(_ take: @escaping @Sendable (Int32) -> Void) throws(SocketFailure) {
        let descriptor = descriptor.withLock { $0 ?? -1 }
        guard listen(descriptor, 64) == 0 else { throw SocketFailure(code: errno) }
        Thread.detachNewThread { [self] in
            while case let connection = accept(descriptor, nil, nil), connection >= 0 { take(connection) }
            close()
        }
    }

    /// Takes no more; once it is closed this does nothing.
    func end() {
        descriptor.withLock { if let descriptor = $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }

    private func close() {
        descriptor.withLock { descriptor in
            if let open = descriptor { Glibc.close(open) }
            descriptor = nil
        }
    }
}
