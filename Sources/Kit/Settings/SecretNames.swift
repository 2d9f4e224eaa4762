/// Which keys hold what must not be shown: those declared as secrets, and all that are named like one, known or not.
public struct SecretNames: Sendable {
    private let declared: Set<String>
    private let sections: Set<String>

    /// Judges keys by their names alone.
    public init() {
        declared = []
        sections = []
    }

    /// Judges keys by what a configuration declares, and by their names.
    public init(root: ObjectShape, registry: ModuleRegistry) {
        var collected = Collected()
        collected.walk(.object(root))
        for module in registry.modules { collected.walk(module.shape) }
        declared = collected.secrets
        sections = collected.sections.subtracting(collected.values)
    }

    /// Whether what stands under this key must not be shown, as far as it is a value and not a section.
    public func isSecret(_ key: some StringProtocol) -> Bool {
        let folded = key.lowercased()
        return declared.contains(String(key)) || Self.words.contains { folded.contains($0) }
    }

    /// Whether every setting of this name is a section, or a list of them, so that its inner keys speak for themselves.
    public func isSection(_ key: some StringProtocol) -> Bool { sections.contains(String(key)) }

    private static let words = ["password", "passwd", "passphrase", "secret", "token", "key", "credential"]

    private struct Collected {
        var secrets: Set<String> = []
        var sections: Set<String> = []
        var values: Set<String> = []

        mutating func walk(_ shape: SettingShape) {
            switch shape {
            case .scalar, .module: break
            case .list(let item, _), .map(let item): walk(item)
            case .either(let shapes): for shape in shapes { walk(shape) }
            case .object(let object):
                for field in object.fields {
                    for name in [field.name, field.formerName].compactMap(\.self) { sort(name, field.shape) }
                    walk(field.shape)
                }
            }
        }

        private mutating func sort(_ name: String, _ shape: SettingShape) {
            if Self.isSection(shape) { sections.insert(name) } else { values.insert(name) }
            if Self.isSecret(shape) { secrets.insert(name) }
        }

        private static func isSection(_ shape: SettingShape) -> Bool {
            switch shape {
            case .object, .module: true
            case .list(let item, _), .map(let item): isSection(item)
            case .either(let shapes): shapes.contains { isSection($0) }
            case .scalar: false
            }
        }

        private static func isSecret(_ shape: SettingShape) -> Bool {
            switch shape {
            case .scalar(let scalar): scalar.isSecret
            case .list(let item, _), .map(let item): isSecret(item)
            case .either(let shapes): shapes.contains { isSecret($0) }
            case .object, .module: false
            }
        }
    }
}
