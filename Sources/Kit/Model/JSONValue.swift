/// A JSON value (RFC 8259) with its members in the order of the text. Reading is strict, see ``init(strictly:)``.
public indirect enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number as it is written, of whatever size; see ``integer``.
    case number(String)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object with unique names.
    case object([Member])

    /// One name of an object with its value.
    public struct Member: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The value.
        public let value: JSONValue

        /// States both.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Reads the whole of a text, and takes nothing that two readers could understand differently: no name twice in an
    /// object, no invalid UTF-8, lone surrogate or NUL, no byte order mark, nothing behind the value, at most `depth`
    /// arrays and objects in each other. Throws ``JSONRefusal``.
    public init(strictly text: some Collection<UInt8>, depth: Int = 64) throws(JSONRefusal) {
        self = try JSONReader.read(Array(text), depth: depth)
    }

    /// The value of a member, when this is an object that has it; names are compared byte by byte.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The text, when this is a string.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The number, when this is one that is written as a whole number (no fraction, no exponent) and fits.
    public var integer: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }

    /// The items, when this is an array.
    public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

    /// The members, when this is an object.
    public var object: [Member]? { if case .object(let members) = self { members } else { nil } }

    /// The value as compact JSON in UTF-8, members in their order.
    public func encoded() -> [UInt8] {
        var text: [UInt8] = []
        write(to: &text)
        return text
    }
}

/// Why a text is not JSON, or is JSON that this reader does not take.
public struct JSONRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason in words, which never repeats the text.
    public let reason: String
    /// How many bytes of the text were read before the fault.
    public let offset: Int

    public var description: String { "\(reason) at byte \(offset)" }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

extension JSONValue {
    private func write(to text: inout [UInt8]) {
        switch self {
        case .null: text += Array("null".utf8)
        case .boolean(let value): text += Array((value ? "true" : "false").utf8)
        case .number(let digits): text += Array(digits.utf8)
        case .string(let string): Self.write(string, to: &text)
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                item.write(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &text)
                text.append(UInt8(ascii: ":"))
                member.value.write(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ string: String, to text: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 0x0a: text += Array("\\n".utf8)
            case 0x00...0x1f, 0x7f: text += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
