extension JSONValue {
    /// The value as JSON for people: members on lines of their own, two spaces a level; a single scalar member and
    /// arrays of scalars on one line.
    package var indented: String { indented(at: "") }

    private func indented(at margin: String) -> String {
        let inner = margin + "  "
        switch self {
        case .object(let members) where members.count == 1 && !members[0].value.isCollection:
            return "{\(JSONValue.string(members[0].name).compact): \(members[0].value.compact)}"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\(JSONValue.string($0.name).compact): \($0.value.indented(at: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(margin)}"
        case .array(let items) where items.contains { $0.isCollection }:
            return "[\n" + items.map { inner + $0.indented(at: inner) }.joined(separator: ",\n") + "\n\(margin)]"
        case .array(let items): return "[" + items.map(\.compact).joined(separator: ", ") + "]"
        default: return compact
        }
    }

    private var compact: String { String(decoding: encoded(), as: UTF8.self) }

    private var isCollection: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
