/// What a file can name in this binary: modules, by slot and name, and routes.
public struct ModuleRegistry: Sendable {
    /// The modules, in the order of the sets.
    public let modules: [any AnyModule]
    /// The routes that are served, such as `POST /auth/login`; none where nobody knows, as in a module's own tests.
    public let routes: [String]

    /// Collects modules; two of one slot and name are a mistake in the program that lists them.
    public init(modules: [any AnyModule], routes: [String] = []) {
        let names = modules.map { "\($0.slotName)/\($0.name)" }
        precondition(Set(names).count == names.count, "two modules of one slot share a name")
        self.modules = modules
        self.routes = routes
    }

    /// Collects the modules of some sets.
    public init(sets: [ModuleSet], routes: [String] = []) {
        self.init(modules: sets.flatMap(\.modules), routes: routes)
    }

    /// The module of that name that fits the slot.
    public func module<Product>(named name: String, in slot: Slot<Product>) -> Module<Product>? {
        modules.first { $0.slotName == slot.name && $0.name == name } as? Module<Product>
    }

    /// The names of a slot's modules, in the order of the sets.
    public func names(in slot: String) -> [String] { modules(in: slot).map(\.name) }

    /// A slot's modules, in the order of the sets.
    public func modules(in slot: String) -> [any AnyModule] { modules.filter { $0.slotName == slot } }

    /// The names of the slots that have modules, in the order of their first ones.
    public var slotNames: [String] {
        modules.reduce(into: []) { if !$0.contains($1.slotName) { $0.append($1.slotName) } }
    }
}
