extension Settings {
    /// One of a slot's modules, named by `use:` beside its settings; a name alone stands for `{use: name}`.
    public static func module<Product>(_ slot: Slot<Product>) -> Self where Value == ModuleChoice<Product> {
        Settings(shape: .module(slot: slot.name)) { node, reading in
            guard let (name, position, rest) = choice(in: node, of: slot, &reading) else { return nil }
            guard let module = reading.registry.module(named: name.text, in: slot) else {
                let names = reading.registry.names(in: slot.name)
                report(name, of: slot, among: names, at: position, &reading)
                return nil
            }
            guard let make = module.decode(rest, &reading) else { return nil }
            return ModuleChoice(name: name.text, position: position, make: make)
        }
    }

    private static func report<Product>(
        _ name: ConfigScalar, of slot: Slot<Product>, among names: [String], at position: ConfigPosition,
        _ reading: inout ConfigReading
    ) {
        let unknown = "unknown \(slot.name) module"
        if let meant = Suggestion.nearest(to: name.text, among: names) {
            // What is near a module's name is a slip of the pen and no secret.
            return reading.report("\(unknown) \(found(name)), did you mean '\(meant)'?", at: position)
        }
        let rest = names.isEmpty ? "there is none" : "there are " + names.joined(separator: ", ")
        reading.report(
            "\(unknown) \(found(name)), \(rest)", at: position, discreetly: "\(unknown) that is not shown, \(rest)")
    }

    /// The chosen name with its position, and the section without its `use:`.
    private static func choice<Product>(
        in node: ConfigNode, of slot: Slot<Product>, _ reading: inout ConfigReading
    ) -> (name: ConfigScalar, position: ConfigPosition, rest: ConfigNode)? {
        switch node.content {
        case .scalar(let scalar):
            return (scalar, node.position, ConfigNode(.map([]), at: node.position))
        case .map(let entries):
            guard let use = entries.first(where: { $0.key == "use" }) else {
                let names = reading.registry.names(in: slot.name).joined(separator: ", ")
                reading.report(
                    "missing key 'use', one of \(names)", at: reading.sectionPosition(or: node.position))
                return nil
            }
            let name = reading.descend("use", at: use.position) {
                Settings<ConfigScalar>.moduleName.read(use.value, in: &$0)
            }
            let rest = ConfigNode(.map(entries.filter { $0.key != "use" }), at: node.position)
            return name.map { ($0, use.value.position, rest) }
        case .empty, .list, .broken:
            reading.report("expected a module such as {use: …}, found \(node.content.noun)", at: node.position)
            return nil
        }
    }
}

extension Settings where Value == ConfigScalar {
    fileprivate static var moduleName: Self {
        Settings(shape: .scalar(ScalarShape(.string(pattern: nil), noun: "a module's name"))) { node, reading in
            scalar(node, "a module's name", &reading)
        }
    }
}

/// A module that the file has chosen, its settings decoded and ready to be made.
public struct ModuleChoice<Product: Sendable>: Sendable {
    /// The module's name.
    public let name: String
    /// Where the file names it.
    public let position: ConfigPosition
    /// Makes the product: connects, opens, generates; throws what went wrong, for the start to stop at.
    public let make: @Sendable (Provision) async throws -> Product

    /// States every part.
    public init(
        name: String, position: ConfigPosition, make: @escaping @Sendable (Provision) async throws -> Product
    ) {
        self.name = name
        self.position = position
        self.make = make
    }
}
