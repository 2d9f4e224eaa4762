/// The quoted-printable transfer encoding (RFC 2045, section 6.7).
enum QuotedPrintable {
    /// Lines ended by CRLF, none longer than 76 columns.
    static func encoded(_ lines: [Substring]) -> String {
        lines.map { encodedLine(Array($0.utf8)) + "\r\n" }.joined()
    }

    /// A byte as `=` and two digits.
    static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count < 2 ? "=0" + digits : "=" + digits
    }

    private static func encodedLine(_ bytes: [UInt8]) -> String {
        var text = ""
        var column = 0
        for (index, byte) in bytes.enumerated() {
            let piece = isPlain(byte, endsLine: index == bytes.count - 1) ? String(UnicodeScalar(byte)) : escaped(byte)
            if column + piece.utf8.count > 75 {
                text += "=\r\n"
                column = 0
            }
            text += piece
            column += piece.utf8.count
        }
        return text
    }

    /// Printable ASCII but `=`, and white space that does not end a line.
    private static func isPlain(_ byte: UInt8, endsLine: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"): !endsLine
        case UInt8(ascii: "="): false
        default: (33...126).contains(byte)
        }
    }
}
