public import GatewayKit

/// A configuration as it takes effect: the file with its defaults filled in, secrets left out.
///
/// Beside a value stands where it came from when that is not the file. A declared secret is `<secret>`, and so is a
/// text under a key that is named like one. What comes out of `${env:..}` or `${file:..}`, be it a part of the value,
/// is `<not shown>` unless it is a number, a word, a boolean, a duration or a size.
public enum EffectiveConfiguration {
    /// What stands for a secret's value.
    public static let secret = "<secret>"
    /// What stands for a value out of a variable or another file.
    public static let notShown = "<not shown>"
    /// What stands behind a value that no file states.
    public static let standardNote = "  # default"

    /// The whole as YAML. Keys that are not known are left out, as are optional ones that are not set.
    public static func yaml(for node: ConfigNode, root: ObjectShape, registry: ModuleRegistry) -> String {
        let printer = EffectivePrinter(registry: registry, names: SecretNames(root: root, registry: registry))
        return printer.keys(of: root, in: node).map { $0 + "\n" }.joined()
    }
}

private struct EffectivePrinter {
    let registry: ModuleRegistry
    let names: SecretNames

    /// What stands behind a colon or dash: on the same line, and on lines of its own, not yet indented.
    private struct Printed {
        var inline = ""
        var comment = ""
        var lines: [String] = []

        init(inline: String, comment: String = "") {
            self.inline = inline
            self.comment = comment
        }

        init(lines: [String], or empty: String) {
            self.lines = lines
            inline = lines.isEmpty ? empty : ""
        }

        /// The whole behind a key.
        func behind(_ key: String) -> [String] {
            let note = comment.isEmpty ? "" : "  # \(comment)"
            return ["\(YAMLText.scalar(key)):" + (inline.isEmpty ? "" : " \(inline)") + note] + lines.map { "  " + $0 }
        }

        /// The whole as an item of a list.
        var item: [String] {
            let all = (inline.isEmpty ? [] : [inline + (comment.isEmpty ? "" : "  # \(comment)")]) + lines
            return all.enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
        }
    }

    func keys(of object: ObjectShape, in node: ConfigNode) -> [String] {
        object.fields.flatMap { field -> [String] in
            let entry = node.entry(field.name) ?? field.formerName.flatMap { node.entry($0) }
            if let value = entry?.value, value.content != .empty || !field.isOptional {
                return shown(value, as: field.shape, named: field.name).behind(field.name)
            }
            guard case .standard(let literal) = field.presence else { return [] }
            var printed = shown(literal.node(), as: field.shape, named: field.name)
            if printed.comment.isEmpty { printed.comment = "default" }
            return printed.behind(field.name)
        }
    }

    private func shown(_ node: ConfigNode, as shape: SettingShape, named name: String) -> Printed {
        switch shape {
        case .scalar(let scalar): return self.scalar(node, as: scalar, named: name)
        case .list(let item, _): return list(node, of: item, named: name)
        case .map(let value):
            guard case .map(let entries) = node.content else { return Printed(inline: "{}") }
            let lines = entries.flatMap { shown($0.value, as: value, named: $0.key).behind($0.key) }
            return Printed(lines: lines, or: "{}")
        case .object(let object): return Printed(lines: keys(of: object, in: node), or: "{}")
        case .module(let slot): return module(node, of: slot)
        case .either(let shapes):
            let fitting = shapes.filter { $0.fits(node.content) }
            // Which of them has read the value is not known here; so it is shown as the most secret of them would be.
            guard let guarded = fitting.first(where: \.isSecret) ?? fitting.first(where: \.isOpen) ?? fitting.first
            else { return Printed(inline: "~") }
            return shown(node, as: guarded, named: name)
        }
    }

    private func scalar(_ node: ConfigNode, as shape: ScalarShape, named name: String) -> Printed {
        guard case .scalar(let scalar) = node.content else { return Printed(inline: "~") }
        let source =
            switch scalar.origin {
            case .written, .standard: ""
            case .environment(let name): "from ${env:\(name)}"
            case .file(let path): "from ${file:\(path)}"
            }
        if shape.isSecret || (shape.isText && names.isSecret(name) && scalar.origin != .standard) {
            return Printed(inline: EffectiveConfiguration.secret, comment: source)
        }
        if shape.isOpen && !source.isEmpty { return Printed(inline: EffectiveConfiguration.notShown, comment: source) }
        return Printed(inline: YAMLText.scalar(withoutUserPassword(scalar.text)), comment: source)
    }

    private func list(_ node: ConfigNode, of item: SettingShape, named name: String) -> Printed {
        guard case .list(let nodes) = node.content else { return Printed(inline: "[]") }
        let items = nodes.map { shown($0, as: item, named: name) }
        if items.allSatisfy({ $0.lines.isEmpty && $0.comment.isEmpty }) {
            return Printed(inline: "[" + items.map(\.inline).joined(separator: ", ") + "]")
        }
        return Printed(lines: items.flatMap(\.item), or: "[]")
    }

    private func module(_ node: ConfigNode, of slot: String) -> Printed {
        var use = node.content
        if let entry = node.entry("use") { use = entry.value.content }
        guard case .scalar(let name) = use else { return Printed(inline: "~") }
        let module = registry.modules(in: slot).first { $0.name == name.text }
        let rest = module?.shape.object.map { keys(of: $0, in: node) } ?? []
        return Printed(lines: ["use: \(YAMLText.scalar(name.text))"] + rest, or: "")
    }
}

extension ScalarShape {
    /// Whether the value could hold what someone meant to hide: a text or a path.
    fileprivate var isOpen: Bool {
        if case .path = kind { true } else { isText }
    }
}

extension SettingShape {
    fileprivate var isSecret: Bool {
        if case .scalar(let scalar) = self { scalar.isSecret } else { false }
    }

    fileprivate var isOpen: Bool {
        if case .scalar(let scalar) = self { scalar.isOpen } else { false }
    }
}

extension FieldShape {
    fileprivate var isOptional: Bool {
        if case .optional = presence { true } else { false }
    }
}
