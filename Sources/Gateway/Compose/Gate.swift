import ServiceLifecycle
import Synchronization

/// Opens once; whoever waits goes on then, and whoever comes later at once. Then it may close for good.
final class Gate: Sendable {
    private enum State {
        case shut, open, closed
    }

    /// A stream has one reader: who cancels one that several read ends it for all.
    private let state = Mutex<(now: State, waiting: [AsyncStream<Never>.Continuation])>((.shut, []))

    /// Whether it is open now.
    var isOpen: Bool { state.withLock { $0.now == .open } }
    /// Whether it was open and never will be again.
    var isClosed: Bool { state.withLock { $0.now == .closed } }

    func open() {
        let waiting = state.withLock { state in
            if state.now == .shut { state.now = .open }
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.finish() }
    }

    func close() { state.withLock { $0.now = .closed } }

    /// Waits; whether it was opened, rather than the task cancelled.
    func wait() async -> Bool {
        let (opening, continuation) = AsyncStream.makeStream(of: Never.self)
        let isShut = state.withLock { state in
            if state.now == .shut { state.waiting.append(continuation) }
            return state.now == .shut
        }
        if isShut { for await _ in opening {} }
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
