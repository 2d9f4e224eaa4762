import GatewayKit

@testable import Gateway

/// Which settings and modules stand in a file, and which settings of those sections do not.
struct ShownSettings {
    var missing: [String] = []
    var modules: Set<String> = []

    mutating func look(for shape: SettingShape, named path: String, in node: ConfigNode?) {
        guard let node else { return missing.append(path) }
        switch shape {
        case .object(let object): look(for: object, named: path, in: node)
        case .list(let item, _):
            guard case .list(let nodes) = node.content else { return }
            look(for: item, named: path + "[]", in: nodes)
        case .module(let slot):
            guard case .scalar(let name)? = node.entry("use")?.value.content else { return missing.append(path) }
            modules.insert("\(slot) \(name.text)")
            let module = Project.host.registry.modules(in: slot).first { $0.name == name.text }
            if let object = module?.shape.object { look(for: object, named: path, in: node) }
        case .scalar, .map, .either: break
        }
    }

    /// Of items that are all alike, one may show what another leaves out.
    private mutating func look(for item: SettingShape, named path: String, in nodes: [ConfigNode]) {
        let items = nodes.map { node in
            var shown = ShownSettings()
            shown.look(for: item, named: path, in: node)
            return shown
        }
        for shown in items { modules.formUnion(shown.modules) }
        guard case .object = item, let first = items.first else { return missing += items.flatMap(\.missing) }
        missing += first.missing.filter { path in items.allSatisfy { $0.missing.contains(path) } }
    }

    private mutating func look(for object: ObjectShape, named path: String, in node: ConfigNode) {
        for field in object.fields {
            look(for: field.shape, named: path + "." + field.name, in: node.entry(field.name)?.value)
        }
    }
}
