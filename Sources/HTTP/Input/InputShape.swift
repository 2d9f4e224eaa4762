public import GatewayKit

/// What a route's body holds, as a value that documents are printed from.
public struct InputShape: Hashable, Sendable {
    /// The formats that it is taken in, the usual one first.
    public let formats: [BodyFormat]
    /// The known fields in the order of their declaration.
    public let fields: [InputFieldShape]
    /// Whether other fields are refused; else they are ignored.
    public let isClosed: Bool

    /// Whether there must be a body at all.
    public var isRequired: Bool { fields.contains(where: \.isRequired) }
}

/// One known field of a body.
public struct InputFieldShape: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What it is, as a sentence.
    public let summary: String
    /// Whether it must be there.
    public let isRequired: Bool
    /// What it holds.
    public let content: InputContent
}

/// What a field holds, in the words of JSON Schema.
public struct InputContent: Hashable, Sendable {
    /// JSON Schema's types, as far as fields have them.
    public enum Kind: Hashable, Sendable {
        /// A string.
        case text
        /// `true` or `false`.
        case boolean
        /// A whole number.
        case wholeNumber
        /// A list of texts.
        case texts
    }

    /// The type.
    public var kind: Kind
    /// The least and the greatest number of code points, of a text, or of each in a list.
    public var lengths: ClosedRange<Int>?
    /// The least and the greatest value, of a number.
    public var range: ClosedRange<Int64>?
    /// The least and the greatest number of items, of a list.
    public var counts: ClosedRange<Int>?
    /// A regular expression that the whole of a text fits, or of each in a list.
    public var pattern: String?
    /// JSON Schema's `format`, such as `email`.
    public var format: String?
    /// A value that can be taken.
    public var example: JSONValue
    /// Whether the value must not be shown or kept.
    public var isSecret: Bool

    /// States every part.
    public init(
        _ kind: Kind, lengths: ClosedRange<Int>? = nil, range: ClosedRange<Int64>? = nil,
        counts: ClosedRange<Int>? = nil, pattern: String? = nil, format: String? = nil, example: JSONValue? = nil,
        isSecret: Bool = false
    ) {
        self.kind = kind
        self.lengths = lengths
        self.range = range
        self.counts = counts
        self.pattern = pattern
        self.format = format
        self.example =
            switch (example, kind) {
            case (let example?, _): example
            case (nil, .text): "text"
            case (nil, .boolean): true
            case (nil, .wholeNumber): .number(String(range?.lowerBound ?? 1))
            case (nil, .texts): ["text"]
            }
        self.isSecret = isSecret
    }
}
