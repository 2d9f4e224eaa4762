/// A recipe for something that the file can choose: a slot, a name, settings, and how the product is made from them.
///
/// The settings' type disappears inside the initialiser; what is left is the same for every module of a slot.
public struct Module<Product: Sendable>: AnyModule {
    /// The slot that it fits.
    public let slot: Slot<Product>
    /// Its name in the file: lower-kebab-case, an outsider's with a vendor and a dot (`acme.pigeon`).
    public let name: String
    /// What it does, as a sentence.
    public let summary: String
    /// What may be written beside `use:`.
    public let shape: SettingShape
    /// Reads the section without its `use:`; nil when it holds an error, which the pass has then noted.
    let decode: @Sendable (ConfigNode, inout ConfigReading) -> (@Sendable (Provision) async throws -> Product)?

    /// States the recipe. `make` has effects, runs once at start in the order of the slots, and throws what went wrong.
    public init<Config: Sendable>(
        _ slot: Slot<Product>, _ name: String, _ summary: String, settings: Settings<Config>,
        make: @escaping @Sendable (Config, Provision) async throws -> Product
    ) {
        self.slot = slot
        self.name = name
        self.summary = summary
        shape = settings.shape
        decode = { node, reading in
            guard let config = settings.read(node, in: &reading) else { return nil }
            return { provision in try await make(config, provision) }
        }
    }

    /// The name of its slot.
    public var slotName: String { slot.name }
    /// What the modules of its slot do, as a sentence.
    public var slotSummary: String { slot.summary }
}

/// A module of whatever slot, as lists and documents see it.
public protocol AnyModule: Sendable {
    /// The name of the slot that it fits.
    var slotName: String { get }
    /// What the modules of that slot do, as a sentence.
    var slotSummary: String { get }
    /// Its name in the file.
    var name: String { get }
    /// What it does, as a sentence.
    var summary: String { get }
    /// What may be written beside `use:`.
    var shape: SettingShape { get }
}

/// Modules that come together, such as a package's own; each package adds a static member: `.providers`, `.pigeon`.
public struct ModuleSet: Sendable {
    /// The modules, in the order in which documents list them.
    public let modules: [any AnyModule]

    /// Lists the modules.
    public init(_ modules: [any AnyModule]) { self.modules = modules }
}
