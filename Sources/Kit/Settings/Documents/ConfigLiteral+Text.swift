extension ConfigLiteral {
    /// The default as JSON, its scalars of the type that the shape has for them.
    func json(as shape: SettingShape?, registry: ModuleRegistry) -> JSONValue {
        switch (self, shape) {
        case (_, .either(let shapes)):
            return json(as: shapes.first { $0.fits(node().content) }, registry: registry)
        case (.scalar(let text), .scalar(let scalar)):
            switch scalar.kind {
            case .integer: return .number(text)
            case .boolean: return .boolean(text == "true")
            case .string, .words, .route, .quantity, .path: return .string(text)
            }
        case (.scalar(let text), _): return .string(text)
        case (.list(let items), .list(let item, _)):
            return .array(items.map { $0.json(as: item, registry: registry) })
        case (.list(let items), _): return .array(items.map { $0.json(as: nil, registry: registry) })
        case (.map(let pairs), _):
            return .object(
                pairs.map {
                    .init($0.key, $0.value.json(as: shape?.inner($0.key, of: pairs, registry), registry: registry))
                })
        }
    }

    /// The default as it would stand on one line of the file.
    var yaml: String {
        switch self {
        case .scalar(let text): YAMLText.scalar(text)
        case .list(let items): "[" + items.map(\.yaml).joined(separator: ", ") + "]"
        case .map(let pairs):
            "{" + pairs.map { "\(YAMLText.scalar($0.key)): \($0.value.yaml)" }.joined(separator: ", ") + "}"
        }
    }
}

extension SettingShape {
    /// What stands under that key of a map with these keys.
    fileprivate func inner(
        _ key: String, of pairs: [ConfigLiteral.Pair], _ registry: ModuleRegistry
    ) -> SettingShape? {
        switch self {
        case .object(let object): return object.fields.first { $0.name == key }?.shape
        case .map(let value): return value
        case .module(let slot):
            guard case .scalar(let use) = pairs.first(where: { $0.key == "use" })?.value else { return nil }
            let module = registry.modules(in: slot).first { $0.name == use }
            return module?.shape.object?.fields.first { $0.name == key }?.shape
        case .scalar, .list, .either: return nil
        }
    }
}
