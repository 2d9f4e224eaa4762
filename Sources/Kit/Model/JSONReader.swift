/// Reads JSON for ``JSONValue/init(strictly:depth:)``: one pass over the bytes, recursion bounded by the depth.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private var depthLeft: Int

    private init(_ bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        depthLeft = depth
    }

    /// The one value that the bytes are.
    static func read(_ bytes: [UInt8], depth: Int) throws(JSONRefusal) -> JSONValue {
        var reader = JSONReader(bytes, depth: depth)
        let value = try reader.value()
        guard reader.next() == nil else { throw reader.refusal("something stands behind the value") }
        return value
    }

    private mutating func value() throws(JSONRefusal) -> JSONValue {
        guard let byte = next() else { throw refusal("the text ends where a value should stand") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { reader throws(JSONRefusal) in try reader.object() }
        case UInt8(ascii: "["): return try nested { reader throws(JSONRefusal) in try reader.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw refusal("no value begins so")
        }
    }

    private mutating func nested(
        _ body: (inout JSONReader) throws(JSONRefusal) -> JSONValue
    ) throws(JSONRefusal) -> JSONValue {
        guard depthLeft > 0 else { throw refusal("arrays and objects are nested too deeply") }
        depthLeft -= 1
        position += 1
        let value = try body(&self)
        depthLeft += 1
        return value
    }

    private mutating func object() throws(JSONRefusal) -> JSONValue {
        var members: [JSONValue.Member] = []
        // By their bytes: hashing a text normalises it first, which takes minutes for 64 KiB of combining marks.
        var names: Set<[UInt8]> = []
        if next() == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            guard next() == UInt8(ascii: "\"") else { throw refusal("a member's name should stand here") }
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else { throw refusal("a name stands twice in an object") }
            guard next() == UInt8(ascii: ":") else { throw refusal("a colon should stand here") }
            position += 1
            members.append(JSONValue.Member(name, try value()))
            if try isAtEnd(UInt8(ascii: "}")) { return .object(members) }
        }
    }

    private mutating func array() throws(JSONRefusal) -> JSONValue {
        var items: [JSONValue] = []
        if next() == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            items.append(try value())
            if try isAtEnd(UInt8(ascii: "]")) { return .array(items) }
        }
    }

    /// Steps over the comma or the closing bracket behind an item, and says which it was.
    private mutating func isAtEnd(_ bracket: UInt8) throws(JSONRefusal) -> Bool {
        let byte = next()
        guard byte == bracket || byte == UInt8(ascii: ",") else {
            throw refusal("a comma or a closing bracket should stand here")
        }
        position += 1
        return byte == bracket
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONRefusal) -> JSONValue {
        let expected = Array(word.description.utf8)
        guard bytes[position...].starts(with: expected) else { throw refusal("no value begins so") }
        position += expected.count
        return value
    }

    private mutating func number() throws(JSONRefusal) -> JSONValue {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if current == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(JSONRefusal) {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw refusal("a digit should stand here") }
    }

    private mutating func string() throws(JSONRefusal) -> String {
        position += 1
        var text: [UInt8] = []
        var copied = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[copied..<position]
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw refusal("a string is not valid UTF-8")
                }
                position += 1
                return string
            case UInt8(ascii: "\\"):
                text += bytes[copied..<position]
                position += 1
                try escape(into: &text)
                copied = position
            case 0x00...0x1f: throw refusal("a control character stands in a string")
            default: position += 1
            }
        }
        throw refusal("the text ends inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONRefusal) {
        guard let byte = current else { throw refusal("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += Array(String(Character(try escapedScalar())).utf8)
        default: throw refusal("no escape is written so")
        }
    }

    private mutating func escapedScalar() throws(JSONRefusal) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) {
            guard first != 0 else { throw refusal("a string holds NUL") }
            return scalar
        }
        guard first < 0xdc00, current == UInt8(ascii: "\\"), bytes[position...].dropFirst().first == UInt8(ascii: "u")
        else { throw refusal("a surrogate stands alone") }
        position += 2
        let second = try hexadecimal()
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw refusal("a surrogate stands alone") }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONRefusal) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = current.flatMap(Self.hexadecimalDigit) else { throw refusal("no escape is written so") }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The byte behind any white space, not yet stepped over.
    private mutating func next() -> UInt8? {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
        return current
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func refusal(_ reason: String) -> JSONRefusal { JSONRefusal(reason: reason, offset: position) }
}
