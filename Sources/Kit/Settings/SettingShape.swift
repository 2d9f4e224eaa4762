/// What a setting may hold, as a value that documents, schemas and suggestions are printed from.
public indirect enum SettingShape: Sendable {
    /// A scalar with its JSON Schema facts.
    case scalar(ScalarShape)
    /// A list of one shape, with at least so many items.
    case list(of: SettingShape, atLeast: Int)
    /// A map of free keys to one shape.
    case map(of: SettingShape)
    /// A map of known keys.
    case object(ObjectShape)
    /// One of a slot's modules, by `use:`.
    case module(slot: String)
    /// One of several shapes, told apart by their form: `authenticated` or `{groups: [..]}`.
    case either([SettingShape])

    /// The keys, when this is an object.
    public var object: ObjectShape? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// What people call it: `a duration such as 10m`, `a list of …`.
    var noun: String {
        switch self {
        case .scalar(let scalar): scalar.noun
        case .list(let item, _): "a list, each " + item.noun
        case .map(let value): "a map, each " + value.noun
        case .object: "a map of settings"
        case .module(let slot): "a \(slot) module"
        case .either(let shapes): shapes.map(\.noun).joined(separator: ", or ")
        }
    }
}

/// A scalar setting.
public struct ScalarShape: Sendable {
    /// What JSON Schema calls it.
    public enum Kind: Sendable {
        /// Any text, perhaps of a pattern (ECMA-262 syntax).
        case string(pattern: String?)
        /// A whole number within bounds.
        case integer(ClosedRange<Int>)
        /// `true` or `false`.
        case boolean
        /// One of some words.
        case words([String])
        /// One of the routes that the binary serves.
        case route
        /// A number with its unit, such as a duration, a size or a rate, of a pattern (ECMA-262 syntax).
        case quantity(pattern: String)
        /// A path of a file or folder.
        case path
    }

    /// What JSON Schema calls it.
    public var kind: Kind
    /// What people call it: `a duration such as 10m`.
    public var noun: String
    /// Whether its value must never be shown.
    public var isSecret: Bool

    /// States every part.
    public init(_ kind: Kind, noun: String, isSecret: Bool = false) {
        self.kind = kind
        self.noun = noun
        self.isSecret = isSecret
    }

    /// Whether anything may be written, so that the value could be what nobody should see: a text, of a pattern or not.
    package var isText: Bool {
        switch kind {
        case .string: true
        case .integer, .boolean, .words, .route, .quantity, .path: false
        }
    }
}

/// A map of known keys.
public struct ObjectShape: Sendable {
    /// What the whole is, as a sentence.
    public var summary: String
    /// The keys in the order of their declaration.
    public var fields: [FieldShape]

    /// States both.
    public init(summary: String, fields: [FieldShape]) {
        self.summary = summary
        self.fields = fields
    }
}

/// One known key.
public struct FieldShape: Sendable {
    /// Whether the key may be left out.
    public enum Presence: Sendable {
        /// It must stand in the file.
        case required
        /// It may be missing, and then nothing takes its place.
        case optional
        /// It may be missing, and then this takes its place.
        case standard(ConfigLiteral)
    }

    /// The key, lower_snake_case.
    public var name: String
    /// What it does, as a sentence.
    public var summary: String
    /// What it holds.
    public var shape: SettingShape
    /// Whether it may be left out.
    public var presence: Presence
    /// The key's old name, still read with a warning.
    public var formerName: String?
    /// Reads the default, to see whether it is one of the values that the setting takes.
    let readDefault: (@Sendable (inout ConfigReading) -> Void)?

    /// States every part.
    init(
        name: String, summary: String, shape: SettingShape, presence: Presence, formerName: String? = nil,
        readDefault: (@Sendable (inout ConfigReading) -> Void)? = nil
    ) {
        self.name = name
        self.summary = summary
        self.shape = shape
        self.presence = presence
        self.formerName = formerName
        self.readDefault = readDefault
    }
}
