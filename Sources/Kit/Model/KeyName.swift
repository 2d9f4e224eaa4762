/// What somebody calls an API key: 1 to 64 printable characters.
public struct KeyName: Hashable, Sendable {
    /// The name as it was typed.
    public let text: String

    /// Takes a typed name; throws an ``InputRefusal`` that says what would be right.
    public init(_ typed: String) throws(InputRefusal) {
        guard typed.contains(where: { $0 != " " }) else { throw InputRefusal("empty", "must not be empty") }
        guard typed.unicodeScalars.count <= 64 else {
            throw InputRefusal("too_long", "must have at most 64 characters")
        }
        guard typed.unicodeScalars.allSatisfy(Self.isPrintable) else {
            throw InputRefusal("invalid_characters", "may hold only characters that can be seen, and spaces")
        }
        text = typed
    }

    /// Takes a name as it stands in the store; nothing is checked.
    public init(stored text: String) { self.text = text }

    /// Neither a control nor one of those that only steer how others are shown, and none that Unicode does not know.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
