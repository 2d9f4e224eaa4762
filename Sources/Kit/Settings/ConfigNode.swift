/// A piece of a configuration file: a scalar, a list or a map, with where it stands and where its text came from.
public struct ConfigNode: Hashable, Sendable {
    /// What a node can be.
    public indirect enum Content: Hashable, Sendable {
        /// Nothing was written (`key:` alone, or `null`).
        case empty
        /// A single value, always read as text; the setting's own type converts it.
        case scalar(ConfigScalar)
        /// A list, in the order of the file.
        case list([ConfigNode])
        /// A map with unique keys, in the order of the file.
        case map([ConfigEntry])
        /// Something that cannot be used and was reported where it was met; reading it fails without a second problem.
        case broken
    }

    /// What it is.
    public var content: Content
    /// Where it begins.
    public var position: ConfigPosition

    /// States both.
    public init(_ content: Content, at position: ConfigPosition) {
        self.content = content
        self.position = position
    }

    /// The entry of that key, when this is a map that has it.
    public func entry(_ key: String) -> ConfigEntry? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }
}

/// A scalar's text and its origin.
public struct ConfigScalar: Hashable, Sendable {
    /// Where a scalar's text came from.
    public enum Origin: Hashable, Sendable {
        /// The file's own text.
        case written
        /// A setting's default.
        case standard
        /// `${env:NAME}`, wholly or in part.
        case environment(name: String)
        /// `${file:/path}`, wholly or in part.
        case file(path: String)
    }

    /// The text after interpolation.
    public var text: String
    /// Whether it stood in quotes, which makes `"no"` a text even where a boolean could be meant.
    public var isQuoted: Bool
    /// Where the text came from.
    public var origin: Origin

    /// States every part.
    public init(_ text: String, isQuoted: Bool = false, origin: Origin = .written) {
        self.text = text
        self.isQuoted = isQuoted
        self.origin = origin
    }
}

/// One key of a map with its value.
public struct ConfigEntry: Hashable, Sendable {
    /// The key's text.
    public var key: String
    /// Where the key begins.
    public var position: ConfigPosition
    /// The value.
    public var value: ConfigNode

    /// States every part.
    public init(key: String, at position: ConfigPosition, value: ConfigNode) {
        self.key = key
        self.position = position
        self.value = value
    }
}

/// A place in a configuration file: line and column count from 1, columns in characters.
public struct ConfigPosition: Hashable, Comparable, Sendable {
    /// The file as the operator named it; empty for defaults.
    public var file: String
    /// The line, from 1; 0 where there is no line, as for a default.
    public var line: Int
    /// The column, from 1.
    public var column: Int
    /// How many characters a caret line underlines, at least 1.
    public var length: Int

    /// States every part.
    public init(file: String, line: Int, column: Int, length: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
        self.length = length
    }

    /// Stands for what no file holds: a default.
    public static let none = ConfigPosition(file: "", line: 0, column: 0)

    public static func < (left: Self, right: Self) -> Bool { (left.line, left.column) < (right.line, right.column) }
}
