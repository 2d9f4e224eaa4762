extension Settings {
    /// A scalar that a function converts from its text. Where it returns nil the problem is `expected <noun>, found …`,
    /// with the hint for that text, which begins with a comma. Secrets and interpolated values are never repeated.
    public static func parsed(
        _ shape: ScalarShape, hint: @escaping @Sendable (String) -> String? = { _ in nil },
        _ parse: @escaping @Sendable (String) -> Value?
    ) -> Self {
        Settings(shape: .scalar(shape)) { node, reading in
            guard let scalar = scalar(node, shape.noun, &reading) else { return nil }
            if let value = parse(scalar.text) { return value }
            guard !shape.isSecret else {
                reading.report("expected \(shape.noun)", at: node.position)
                return nil
            }
            let hint = scalar.isOfTheFile ? hint(scalar.text) ?? "" : ""
            reading.report(expected: shape.noun, found: scalar, hint, at: node.position)
            return nil
        }
    }
}

extension Settings where Value == String {
    /// Any text but the empty one.
    public static var string: Self { .text(noun: "a text") }

    /// Any text but the empty one, under a name of its own and perhaps a pattern (ECMA-262) for editors, which is not
    /// enforced here: add ``checked(_:_:)`` or ``compactMap(_:)``.
    public static func text(noun: String, pattern: String? = nil) -> Self {
        Settings(shape: .scalar(ScalarShape(.string(pattern: pattern), noun: noun))) { node, reading in
            nonEmpty(node, noun, &reading)?.text
        }
    }

    /// One of some words.
    public static func words(_ words: [String]) -> Self {
        let noun = words.count == 1 ? "the word \(words[0])" : "one of " + words.joined(separator: ", ")
        return .parsed(
            ScalarShape(.words(words), noun: noun),
            hint: { Suggestion.nearest(to: $0, among: words).map { ", did you mean '\($0)'?" } },
            { words.contains($0) ? $0 : nil })
    }
}

extension Settings where Value == Bool {
    /// `true` or `false`, and no other spelling.
    public static var boolean: Self {
        .parsed(ScalarShape(.boolean, noun: "true or false"), hint: booleanHint) { text in
            ["true": true, "false": false][text]
        }
    }

    /// YAML 1.1 took a dozen words for booleans; people still write them.
    private static func booleanHint(_ text: String) -> String? {
        switch text.lowercased() {
        case "yes", "y", "on", "1", "true": ", write true"
        case "no", "n", "off", "0", "false": ", write false"
        default: nil
        }
    }
}

extension Settings where Value == Secret<String> {
    /// A text that is never shown again: not in diagnostics, not in the effective configuration.
    public static var secret: Self {
        let shape = ScalarShape(.string(pattern: nil), noun: "a secret", isSecret: true)
        return Settings(shape: .scalar(shape)) { node, reading in
            nonEmpty(node, "a secret", &reading).map { Secret($0.text) }
        }
    }
}

extension ConfigScalar {
    /// Whether the text stands in the file, or is a default: whether a problem may repeat it.
    var isOfTheFile: Bool { origin == .written || origin == .standard }
}

extension ConfigReading {
    /// Notes that a scalar is not what was expected.
    mutating func report(expected noun: String, found scalar: ConfigScalar, _ hint: String, at position: ConfigPosition)
    {
        report(
            "expected \(noun), found \(found(scalar))\(hint)", at: position,
            discreetly: "expected \(noun), found \(foundDiscreetly(scalar))")
    }
}

private func nonEmpty(_ node: ConfigNode, _ noun: String, _ reading: inout ConfigReading) -> ConfigScalar? {
    guard let scalar = scalar(node, noun, &reading) else { return nil }
    guard scalar.text.isEmpty else { return scalar }
    let refusal = scalar.isOfTheFile ? "must not be empty" : "\(found(scalar)) is empty"
    reading.report("\(refusal), expected \(noun)", at: node.position)
    return nil
}
