extension Settings {
    /// A map of known keys; an unknown one is an error with a suggestion. `make` is called when all were read.
    public static func object<each Part>(
        _ summary: String, _ fields: repeat Field<each Part>,
        make: @escaping @Sendable (repeat each Part) -> Value
    ) -> Settings<Value> {
        var shapes: [FieldShape] = []
        repeat shapes.append((each fields).shape)
        let object = ObjectShape(summary: summary, fields: shapes)
        return Settings(shape: .object(object)) { node, reading in
            guard let node = mapNode(node, &reading) else { return nil }
            let before = reading.errorCount
            let meant = reportUnknownKeys(of: node, known: object.fields, &reading)
            let parts = (repeat (each fields).read(from: node, meant: meant, in: &reading))
            guard reading.errorCount == before else { return nil }
            return allPresent(repeat each parts, make: make)
        }
    }

    private static func mapNode(_ node: ConfigNode, _ reading: inout ConfigReading) -> ConfigNode? {
        switch node.content {
        case .map: return node
        case .empty: return ConfigNode(.map([]), at: node.position)
        case .scalar, .list, .broken:
            let hint = isKeyWithoutSpace(node) ? ": a key's colon needs a space behind it" : ""
            reading.report("expected a map of settings, found \(node.content.noun)\(hint)", at: node.position)
            return nil
        }
    }

    /// Reports them, and returns the known keys that they seem to stand for, which are then not missing as well.
    private static func reportUnknownKeys(
        of node: ConfigNode, known fields: [FieldShape], _ reading: inout ConfigReading
    ) -> Set<String> {
        guard case .map(let entries) = node.content else { return [] }
        var meant: Set<String> = []
        let known = fields.map(\.name) + fields.compactMap(\.formerName)
        for entry in entries where !known.contains(entry.key) {
            let suggestion = Suggestion.nearest(to: entry.key, among: fields.map(\.name))
            if let suggestion { meant.insert(suggestion) }
            let hint = suggestion.map { ", did you mean '\($0)'?" } ?? ""
            reading.report(
                "unknown key \(quotedKey(entry.key))\(hint)", at: entry.position,
                discreetly: "unknown key that is not shown")
        }
        return meant
    }

    private static func isKeyWithoutSpace(_ node: ConfigNode) -> Bool {
        guard case .scalar(let scalar) = node.content, !scalar.isQuoted else { return false }
        return scalar.text.contains(#/^[a-z_]+:\S/#)
    }
}

/// A key for a problem's message. What stands behind its first word is left out: `password hunter2: x` and
/// `{password:hunter2}` are a colon in the wrong place.
private func quotedKey(_ key: String) -> String {
    guard let end = key.firstIndex(where: { $0.isWhitespace || $0 == ":" || $0 == "=" }) else { return quoted(key) }
    return quoted(key[..<end] + " …")
}
