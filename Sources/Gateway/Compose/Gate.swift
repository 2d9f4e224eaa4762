import ServiceLifecycle
import Synchronization

/// Opens once; whoever waits goes on then, and whoever comes later at once. Closing holds nobody up, it is to be seen.
final class Gate: Sendable {
    private let state = Mutex(false)
    private let (stream, continuation) = AsyncStream.makeStream(of: Never.self)

    /// Whether it is open now.
    var isOpen: Bool { state.withLock(\.self) }

    func open() {
        state.withLock { $0 = true }
        continuation.finish()
    }

    func close() { state.withLock { $0 = false } }

    /// Waits; whether it was opened, rather than the task cancelled.
    func wait() async -> Bool {
        for await _ in stream {}
        return isOpen
    }
}

/// A service that begins when a gate opens; when it is stopped before, it never begins.
struct GatedService: Service {
    let gate: Gate
    let service: any Service

    func run() async throws {
        let gate = gate
        let isOpen = await cancelWhenGracefulShutdown { await gate.wait() }
        if isOpen { try await service.run() }
    }
}
