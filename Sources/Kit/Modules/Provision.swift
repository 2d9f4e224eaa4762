public import Logging
public import ServiceLifecycle
import Synchronization

/// What a module may use while it is made: the deployment's facts, and the products of the slots before its own.
public struct Provision: Sendable {
    /// Logs under the module's name.
    public let logger: Logger
    /// The clocks.
    public let time: any TimeSource
    /// The random generator.
    public let random: any RandomSource
    /// Where relative paths of the file begin: the folder of the file.
    public let folder: String
    /// The address under which people reach this deployment.
    public let publicURL: PublicURL
    /// Seals what the store must not hold in clear.
    public let keyring: SecretKeyring
    private let store: (any Storage)?
    private let services: ServiceList

    /// States every part; `storage` is nil while the storage module itself is made.
    public init(
        logger: Logger, time: any TimeSource, random: any RandomSource, folder: String, publicURL: PublicURL,
        keyring: SecretKeyring, storage: (any Storage)?, services: ServiceList
    ) {
        self.logger = logger
        self.time = time
        self.random = random
        self.folder = folder
        self.publicURL = publicURL
        self.keyring = keyring
        self.store = storage
        self.services = services
    }

    /// The deployment's store; throws ``ProvisionError`` for the modules that come before it.
    public func storage() throws(ProvisionError) -> any Storage {
        guard let store else { throw ProvisionError(missing: "storage") }
        return store
    }

    /// A path of the file, made absolute; an absolute one stays.
    public func path(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

    /// Hands over background work, which is started once everything is made and stopped in reverse order.
    public func run(_ service: any Service) { services.add(service) }
}

/// A module asked for the product of a slot that is made after its own.
public struct ProvisionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The slot's name.
    public let missing: String

    init(missing: String) { self.missing = missing }

    public var description: String { "the \(missing) slot is made later than this module" }
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
