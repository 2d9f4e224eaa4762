import Foundation
import GatewayKit
import Logging

/// How many files this process may have open, which every connection is one of. Beyond it NIO takes no connection for a
/// second, again and again, and whoever comes waits.
struct OpenFiles {
    /// What stands beside the public listener's connections: those being turned away at both listeners, the operations
    /// listener's, and the process's own files.
    static let reserve = 256
    /// What the operations listener takes.
    static let operationsConnections = 64

    let limit: Int

    /// Raises the limit to what the system grants without asking, which is usually far more than it begins with.
    static func raised() -> OpenFiles {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return OpenFiles(limit: 1024) }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return OpenFiles(limit: Int(clamping: limit.rlim_cur))
    }

    /// The connections that there is room for, with a warning when that is less than the file says.
    func connections(of wanted: Int, logger: Logger) -> Int {
        let affordable = max(16, limit - Self.reserve)
        guard affordable < wanted else { return wanted }
        logger.warning(
            "the system lets the gateway open too few files for server.limits.connections: raise it (LimitNOFILE)",
            metadata: [LogKey.limit: "\(limit)", LogKey.connections: "\(affordable)"])
        return affordable
    }
}
