/// One line of a log out of its facts.
enum LogLine {
    /// `key=value key="a value"`, a value quoted as soon as it holds anything but letters, digits and `-_.:/@+%[],<>`.
    static func logfmt(_ pairs: [(String, String)]) -> String {
        var line = ""
        line.reserveCapacity(256)
        for (key, value) in pairs {
            if !line.isEmpty { line += " " }
            line += key
            line += "="
            line += isPlain(value) ? value : quoted(value)
        }
        return line
    }

    /// One JSON object; every value is a string.
    static func json(_ pairs: [(String, String)]) -> String {
        "{" + pairs.map { key, value in "\(quoted(key)):\(quoted(value))" }.joined(separator: ",") + "}"
    }

    private static func isPlain(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"),
                    UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "%"), UInt8(ascii: "["), UInt8(ascii: "]"),
                    UInt8(ascii: ","), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "*"), UInt8(ascii: "{"),
                    UInt8(ascii: "}"):
                    true
                default: false
                }
            }
    }

    /// A JSON string (RFC 8259, section 7), in ASCII controls escaped.
    private static func quoted(_ value: String) -> String {
        if value.utf8.allSatisfy({ 0x20..<0x7f ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            return "\"" + value + "\""
        }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
