import Synchronization

/// The id of the request that a connection's tasks are working at, which stands in the answer that the connection gives
/// in their place.
final class RequestInHand: Sendable {
    /// That of the connection whose task this is.
    @TaskLocal static var current: RequestInHand?

    private let state = Mutex(String?.none)

    /// Nil before the first request is known, and between an answer and the next request.
    var id: String? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
