import ServiceLifecycle
import Synchronization

/// What outlives a reload of the file, by its name: limiters, for a client that is held back must not get its allowance
/// anew because an operator has changed something else; and what would crowd the machine beside itself, as threads do.
public final class KeptParts: Sendable {
    private let table = Mutex<[String: any Sendable]>([:])
    /// What they do in the background, as long as the process runs.
    public let services = ServiceList()

    /// Keeps none yet.
    public init() {}

    /// The one of that name and type, made when there is none.
    func part<Part: Sendable>(named name: String, _ make: () throws -> Part) rethrows -> Part {
        try table.withLock { table in
            if let known = table[name] as? Part { return known }
            let part = try make()
            table[name] = part
            if let service = part as? any Service { services.add(service) }
            return part
        }
    }
}
