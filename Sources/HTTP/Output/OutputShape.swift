public import GatewayKit

/// What an answer's JSON holds, as a value that documents are printed from.
public indirect enum OutputShape: Hashable, Sendable {
    /// A text, with JSON Schema's `format` where it has one.
    case text(format: String?)
    /// A text that is always this one.
    case constant(String)
    /// A whole number, never a negative one.
    case wholeNumber
    /// `true` or `false`.
    case boolean
    /// A list of such items.
    case list(OutputShape)
    /// Something, or `null`.
    case optional(OutputShape)
    /// An object with these fields; more may come in later versions.
    case object(OutputObject)
    /// An object that is described elsewhere.
    case anyObject
}

/// An object under the name that documents know it by.
public struct OutputObject: Hashable, Sendable {
    /// Its name, unique among those of a deployment.
    public let name: String
    /// What it is, as a sentence.
    public let summary: String
    /// Its fields, in their order.
    public let fields: [OutputFieldShape]

    /// States every part.
    public init(name: String, summary: String, fields: [OutputFieldShape]) {
        self.name = name
        self.summary = summary
        self.fields = fields
    }
}

/// One field of an answer's object.
public struct OutputFieldShape: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What it holds.
    public let shape: OutputShape
    /// What it is, as a sentence.
    public let summary: String
    /// Whether it is always there.
    public let isAlways: Bool
    /// A value as it may come; nil where the shape says enough.
    public let example: JSONValue?

    /// States every part.
    public init(
        _ name: String, _ shape: OutputShape, _ summary: String, isAlways: Bool = true, example: JSONValue? = nil
    ) {
        self.name = name
        self.shape = shape
        self.summary = summary
        self.isAlways = isAlways
        self.example = example
    }
}

extension OutputShape {
    /// A value of this shape: the fields' examples, and what the shape itself suggests where there is none.
    public var example: JSONValue {
        switch self {
        case .text(format: "date-time"): "2026-01-31T09:30:00.000Z"
        case .text: "text"
        case .constant(let text): .string(text)
        case .wholeNumber: 0
        case .boolean: true
        case .list(let item): [item.example]
        case .optional(let wrapped): wrapped.example
        case .object(let object):
            .object(
                object.fields.filter { $0.isAlways || $0.example != nil }
                    .map { JSONValue.Member($0.name, $0.example ?? $0.shape.example) })
        case .anyObject: [:]
        }
    }

    /// Where a value is not of this shape, as pointers with a word each; empty where it fits. An object may have no
    /// field but those of its shape.
    public func misfits(of value: JSONValue, at pointer: String = "") -> [String] {
        switch (self, value) {
        case (.text, .string), (.boolean, .boolean), (.optional, .null), (.anyObject, .object): []
        case (.constant(let text), .string(let other)) where text == other: []
        case (.wholeNumber, .number): value.integer.map { $0 >= 0 } == true ? [] : ["\(pointer): no whole number"]
        case (.list(let item), .array(let items)):
            items.enumerated().flatMap { item.misfits(of: $1, at: "\(pointer)/\($0)") }
        case (.optional(let wrapped), _): wrapped.misfits(of: value, at: pointer)
        case (.object(let object), .object(let members)): object.misfits(of: members, at: pointer)
        default: ["\(pointer): another type"]
        }
    }
}

extension OutputObject {
    fileprivate func misfits(of members: [JSONValue.Member], at pointer: String) -> [String] {
        let missing = fields.filter { field in field.isAlways && !members.contains { $0.name == field.name } }
        return missing.map { "\(pointer)/\($0.name): missing" }
            + members.flatMap { member in
                let place = "\(pointer)/\(member.name)"
                guard let field = fields.first(where: { $0.name == member.name }) else { return ["\(place): unknown"] }
                return field.shape.misfits(of: member.value, at: place)
            }
    }
}
