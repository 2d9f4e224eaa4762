import ServiceLifecycle
import Synchronization

/// Opens once; whoever waits goes on then, and whoever comes later at once. Then it may close for good.
final class Gate: Sendable {
    private enum State {
        case shut, open, closed
    }

    private let state = Mutex(State.shut)
    private let (stream, continuation) = AsyncStream.makeStream(of: Never.self)

    /// Whether it is open now.
    var isOpen: Bool { state.withLock { $0 == .open } }
    /// Whether it was open and never will be again.
    var isClosed: Bool { state.withLock { $0 == .closed } }

    func open() {
        state.withLock { if $0 == .shut { $0 = .open } }
        continuation.finish()
    }

    func close() { state.withLock { $0 = .closed } }

    /// Waits; whether it was opened, rather than the task cancelled.
    func wait() async -> Bool {
        for await _ in stream {}
        return isOpen
    }
}

/// A service that begins when a gate opens; when it is stopped before, or the gate was closed, it never begins.
struct GatedService: Service {
    let gate: Gate
    let service: any Service

    func run() async throws {
        let gate = gate
        let isOpen = await cancelWhenGracefulShutdown { await gate.wait() }
        if isOpen { return try await service.run() }
        // Whatever ends before it is told to is taken for broken.
        try? await gracefulShutdown()
    }
}
