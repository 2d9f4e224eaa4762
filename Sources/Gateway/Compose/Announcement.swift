import GatewayHTTP
import GatewayKit
import Logging
import Synchronization

/// Says once, when every listener takes connections, that the gateway is ready, and where.
final class Announcement: Sendable {
    private struct Addresses {
        var open: ListenAddress?
        var operations: ListenAddress?
    }

    private let addresses = Mutex(Addresses())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func open(at address: ListenAddress) { note { $0.open = address } }

    func operations(at address: ListenAddress) { note { $0.operations = address } }

    private func note(_ change: (inout Addresses) -> Void) {
        let known = addresses.withLock { addresses in
            change(&addresses)
            return addresses
        }
        guard let open = known.open, let operations = known.operations else { return }
        logger.info("ready to serve", metadata: [LogKey.address: "\(open)", LogKey.operations: "\(operations)"])
    }
}
