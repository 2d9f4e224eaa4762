import NIOCore
import Synchronization

/// Lets a connection's requests begin, until the connection itself has refused one. Those that were read behind it wait
/// in Hummingbird's buffer, out of reach; while the refusal is under way, they would be worked at without an answer.
final class RequestGate: Sendable {
    private let state = Atomic(true)

    var isOpen: Bool { state.load(ordering: .relaxed) }

    /// Called on the connection's event loop.
    func shut() { state.store(false, ordering: .relaxed) }

    /// Returns when a request may begin, and throws at the connection's end when none may any more.
    func pass(to channel: any Channel) async throws {
        // Behind the end of the answer before, which comes too late if the gate is shut.
        if !channel.eventLoop.inEventLoop { try await channel.eventLoop.submit {}.get() }
        guard !isOpen else { return }
        try await channel.closeFuture.get()
        throw CancellationError()
    }
}
