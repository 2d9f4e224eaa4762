/// How texts are written in YAML.
package enum YAMLText {
    /// A scalar that the reader reads as this text, also within brackets: plain where that is safe, else in double
    /// quotes.
    package static func scalar(_ text: String) -> String {
        let escaped = text.replacing("${", with: "$${")
        if isPlain(escaped) { return escaped }
        return "\"" + escaped.unicodeScalars.map(escape).joined() + "\""
    }

    private static func isPlain(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, isLetter(first) || "./$+<".unicodeScalars.contains(first), scalars.last != " "
        else { return false }
        guard !["null", "Null", "NULL"].contains(text), !isOddNumber(text) else { return false }
        return scalars.indices.allSatisfy { index in
            let scalar = scalars[index]
            if scalar == ":" { return index + 1 < scalars.count && scalars[index + 1] != " " }
            return isLetter(scalar) || " -_./$+<>@=*&?!|%~;()^".unicodeScalars.contains(scalar)
        }
    }

    /// Whether other readers take it for a number that is spelled otherwise, such as `0660`.
    private static func isOddNumber(_ text: String) -> Bool {
        if let number = Int(text) { return String(number) != text }
        return Double(text) != nil || text.hasPrefix("0x") || text.hasPrefix("0o")
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        default: break
        }
        if (0x20...0x7E).contains(scalar.value) || scalar.properties.isAlphabetic { return String(scalar) }
        let code = String(scalar.value, radix: 16, uppercase: true)
        return "\\U" + String(repeating: "0", count: 8 - code.count) + code
    }
}
