extension Settings {
    /// One of several settings of the same value, told apart by their form: `unix` or `[10.0.0.0/8]`, `nobody` or
    /// `{groups: [staff]}`. A form that only one of them has is read by that one, with its own problems. Among several
    /// that fit, the first that reads the value without an error does.
    public static func either(_ alternatives: Settings<Value>...) -> Self {
        let shape = SettingShape.either(alternatives.map(\.shape))
        return Settings(shape: shape) { node, reading in
            let fitting = alternatives.filter { $0.shape.fits(node.content) }
            if fitting.count == 1 { return fitting[0].read(node, in: &reading) }
            for alternative in fitting {
                var trial = reading
                guard let value = alternative.read(node, in: &trial) else { continue }
                reading = trial
                return value
            }
            if case .scalar(let scalar) = node.content, !shape.hasSecret {
                reading.report(expected: shape.noun, found: scalar, "", at: node.position)
            } else {
                reading.report("expected \(shape.noun), found \(node.content.noun)", at: node.position)
            }
            return nil
        }
    }
}

extension SettingShape {
    /// Whether a node of that form could be meant for this shape.
    package func fits(_ content: ConfigNode.Content) -> Bool {
        switch (self, content) {
        case (.either(let shapes), _): shapes.contains { $0.fits(content) }
        case (.scalar, .scalar), (.module, .scalar), (.module, .map), (.list, .list), (.object, .map), (.map, .map):
            true
        default: false
        }
    }

    /// Whether any scalar in it must never be shown.
    var hasSecret: Bool {
        switch self {
        case .scalar(let scalar): scalar.isSecret
        case .list(let item, _), .map(let item): item.hasSecret
        case .object(let object): object.fields.contains { $0.shape.hasSecret }
        case .module: false
        case .either(let shapes): shapes.contains(where: \.hasSecret)
        }
    }
}
