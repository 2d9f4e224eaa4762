/// Text in header fields: as it is where it can be, in encoded-words (RFC 2047) where it must.
enum HeaderText {
    /// A whole field, folded between words so that lines stay within 78 columns where the words allow it, and within 76
    /// where there is an encoded-word (RFC 5322, section 2.1.1; RFC 2047, section 2).
    static func field(_ name: String, _ words: [String]) -> String {
        var text = name + ":"
        var column = text.utf8.count
        let width = words.contains { $0.hasPrefix("=?") } ? 76 : 78
        for word in words {
            if column + 1 + word.utf8.count > width, column > name.utf8.count + 1 {
                text += "\r\n"
                column = 0
            }
            text += " " + word
            column += 1 + word.utf8.count
        }
        return text + "\r\n"
    }

    /// The words of free text, such as a subject.
    static func unstructured(_ text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let isPlain = words.allSatisfy { word in
            !word.isEmpty && word.utf8.count <= 70 && word.utf8.allSatisfy { (33...126).contains($0) }
                && !word.contains("=?")
        }
        return isPlain ? words : encoded(text)
    }

    /// The words of a name before an address: an atom or more, a quoted string, or encoded-words.
    static func phrase(_ name: String) -> [String] {
        guard name.utf8.count <= 60, name.utf8.allSatisfy({ (32...126).contains($0) }), !name.contains("=?") else {
            return encoded(name)
        }
        let words = unstructured(name)
        if words.allSatisfy({ $0.utf8.allSatisfy(isAtom) }) { return words }
        return ["\"\(name)\""]
    }

    /// Encoded-words in the Q encoding, none of which splits a character; short enough to stand behind a field's name
    /// in a line of 76 columns.
    private static func encoded(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            let piece = quoted(scalar)
            if word.utf8.count + piece.utf8.count > 48 {
                words.append(word)
                word = ""
            }
            word += piece
        }
        return (words + [word]).map { "=?utf-8?Q?\($0)?=" }
    }

    /// A character as it stands in an encoded-word of a name, the strictest place (RFC 2047, section 5).
    private static func quoted(_ scalar: Unicode.Scalar) -> String {
        if scalar == " " { return "_" }
        if scalar.isASCII,
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "!*+-/".contains(String(scalar))
        {
            return String(scalar)
        }
        return UTF8.encode(scalar).map { $0.map(QuotedPrintable.escaped).joined() } ?? ""
    }

    /// Whether a byte may stand in an atom (RFC 5322, section 3.2.3).
    private static func isAtom(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }
}
