public import CoreMetrics
public import Logging
public import ServiceLifecycle
import Synchronization

/// What a module may use while it is made: the deployment's facts, and the products of the slots before its own.
public struct Provision: Sendable {
    /// Logs under the module's name.
    public let logger: Logger
    /// Makes what the module counts with; what it makes is shown to operators at `GET /metrics`.
    public let metrics: any MetricsFactory
    /// The clocks.
    public let time: any TimeSource
    /// The random generator.
    public let random: any RandomSource
    /// Where relative paths of the file begin: the folder of the file.
    public let folder: String
    /// The address under which people reach this deployment.
    public let publicURL: PublicURL
    /// Whether this run may begin a deployment: make the store that is not there. Those who only look at it or change
    /// what it holds must not, or a slip in a path would be answered by an empty store.
    public let mayCreate: Bool
    private let keys: SecretKeyring?
    private let store: (any Storage)?
    private let services: ServiceList
    private let kept: KeptParts

    /// States every part; `keyring` and `storage` are nil while the storage module itself is made. By default nothing
    /// is counted.
    public init(
        logger: Logger, time: any TimeSource, random: any RandomSource, folder: String, publicURL: PublicURL,
        mayCreate: Bool = true, keyring: SecretKeyring?, storage: (any Storage)?, services: ServiceList,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, kept: KeptParts = KeptParts()
    ) {
        self.logger = logger
        self.time = time
        self.random = random
        self.folder = folder
        self.publicURL = publicURL
        self.mayCreate = mayCreate
        keys = keyring
        self.store = storage
        self.services = services
        self.metrics = metrics
        self.kept = kept
    }

    /// The deployment's store; throws ``ProvisionError`` for the module that makes it.
    public func storage() throws(ProvisionError) -> any Storage {
        guard let store else { throw ProvisionError(missing: "store") }
        return store
    }

    /// Seals what the store must not hold in clear; throws ``ProvisionError`` for the module that makes the store: a
    /// keyring is made for a store that is new, and never for one that has lost its own.
    public var keyring: SecretKeyring {
        get throws(ProvisionError) {
            guard let keys else { throw ProvisionError(missing: "keyring") }
            return keys
        }
    }

    /// A path of the file, made absolute; an absolute one stays.
    public func path(_ path: String) -> String { absolutePath(path, in: folder) }

    /// What goes on when the file is read again, as a limiter does that counts: the one that was kept under that name
    /// before, else a new one. The name says whatever of the settings makes another one necessary. A `Service` among
    /// them runs as long as the process when the start has made it; one that only a reload makes is not run.
    public func kept<Part: Sendable>(_ name: String, _ make: () throws -> Part) rethrows -> Part {
        try kept.part(named: name, make)
    }

    /// Hands over background work, which is started once everything is made and stopped in reverse order.
    public func run(_ service: any Service) { services.add(service) }
}

/// A module asked for what is made later than itself.
public struct ProvisionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it asked for.
    public let missing: String

    init(missing: String) { self.missing = missing }

    public var description: String { "the \(missing) is made later than this module" }
}

/// There is no store where the file says, and this run may not make one (``Provision/mayCreate``).
public struct MissingStore: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it was looked for, without credentials.
    public let place: String

    /// States the place.
    public init(at place: String) { self.place = place }

    public var description: String { "there is no store at \(place)" }
}

/// The background work that modules have handed over, in the order of their making.
public final class ServiceList: Sendable {
    private let list = Mutex<[any Service]>([])

    /// Begins an empty list.
    public init() {}

    /// Adds one.
    public func add(_ service: any Service) { list.withLock { $0.append(service) } }

    /// All of them, the first made first.
    public var all: [any Service] { list.withLock { $0 } }
}

/// A path that begins at a folder unless it is absolute.
package func absolutePath(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
}
