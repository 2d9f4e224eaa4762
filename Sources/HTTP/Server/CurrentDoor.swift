public import Hummingbird
import Synchronization

/// The front door that a listener leads to, and the limits that it keeps, as they are now: a reload puts others in
/// their place, for the requests and the connections that come after it.
public final class CurrentDoor: HTTPResponder {
    /// What Hummingbird calls its request context.
    public typealias Context = Exchange

    private let state: Mutex<(door: FrontDoor, limits: Listener.Limits)>
    private let changes = Atomic(0)

    /// Begins with these.
    public init(_ door: FrontDoor, limits: Listener.Limits = Listener.Limits()) {
        state = Mutex((door, limits))
    }

    /// Puts others in their place.
    public func replace(with door: FrontDoor, limits: Listener.Limits) {
        state.withLock { $0 = (door, limits) }
        changes.wrappingAdd(1, ordering: .releasing)
    }

    /// The answer of the door that is there when the request has come.
    public func respond(to request: Request, context: Exchange) async throws -> Response {
        try await door.respond(to: request, context: context)
    }

    /// How often there were others: whoever remembers something of them asks whether it is still so.
    var changeCount: Int { changes.load(ordering: .acquiring) }
    var door: FrontDoor { state.withLock(\.door) }
    var limits: Listener.Limits { state.withLock(\.limits) }
}
