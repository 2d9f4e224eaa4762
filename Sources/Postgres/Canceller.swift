import CPQ
import Foundation
import Synchronization

/// Asks a server to give up what nobody waits for any more, on a thread that may block for as long as the server is
/// silent. One at a time: those that come meanwhile are left to the server's own deadline.
final class Canceller: Sendable {
    private let isBusy = Atomic(false)

    func cancel(_ connection: PostgresConnection) {
        guard connection.wasLate, isBusy.exchange(true, ordering: .acquiring) == false else { return }
        guard let cancel = unsafe PQgetCancel(connection.handle) else {
            return isBusy.store(false, ordering: .releasing)
        }
        // A pointer that nobody else has, as a number that a thread may be given.
        let address = UInt(bitPattern: cancel)
        Thread.detachNewThread { [self] in
            var sentence = [CChar](repeating: 0, count: 256)
            let cancel = unsafe OpaquePointer(bitPattern: address)
            unsafe PQcancel(cancel, &sentence, 256)
            unsafe PQfreeCancel(cancel)
            isBusy.store(false, ordering: .releasing)
        }
    }
}
