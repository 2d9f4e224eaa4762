/// One line of a log out of its facts.
enum LogLine {
    /// `key=value key="a value"`, a value quoted as soon as it holds anything but letters, digits and `-_.:/@+%[],<>`.
    static func logfmt(_ pairs: [(String, String)]) -> String {
        pairs.map { key, value in "\(key)=\(isPlain(value) ? value : quoted(value))" }.joined(separator: " ")
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
                default: plainMarks.contains(byte)
                }
            }
    }

    private static let plainMarks = Set("-_.:/@+%[],<>*{}".utf8)

    /// A JSON string (RFC 8259, section 7), in ASCII controls escaped.
    private static func quoted(_ value: String) -> String {
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
