/// An e-mail address as mail is sent to it: ASCII alone, letters in lower case, compared byte by byte.
public struct EmailAddress: Hashable, Sendable {
    /// The address in its stored spelling.
    public let text: String

    /// Takes a typed address of at most 254 bytes (RFC 5321, section 4.5.3.1.3), unquoted, with a dotted or
    /// single-label domain; throws an ``InputRefusal`` that says what would be right.
    public init(_ typed: String) throws(InputRefusal) {
        let folded = typed.asciiLowercased
        guard folded.utf8.count <= 254 else { throw InputRefusal("too_long", "must have at most 254 bytes") }
        // Other characters need servers with SMTPUTF8 all the way (RFC 6531); see docs/decisions/0010.
        guard folded.utf8.allSatisfy({ $0 < 128 }) else {
            throw InputRefusal("invalid_email", "must hold ASCII characters only, such as name@example.com")
        }
        let parts = folded.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else {
            throw InputRefusal("invalid_email", "must be an e-mail address such as name@example.com")
        }
        text = folded
    }

    /// Takes an address as it stands in the store; nothing is checked.
    public init(stored text: String) { self.text = text }

    /// Byte by byte, as every store compares; a `String` would take two spellings of one character for the same.
    public static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    /// What stands behind the @.
    public var domain: Substring { text.split(separator: "@").last ?? "" }

    private static func isLocalPart(_ part: Substring) -> Bool {
        // By bytes, for a character of Swift's may be a dot with an accent on it.
        let atoms = part.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard part.utf8.count <= 64, atoms.allSatisfy({ !$0.isEmpty }) else { return false }
        // A header with such an address is read as another one's by programs that decode encoded-words (RFC 2047)
        // wherever they stand: mail for one person would go to another.
        guard !part.contains("=?") else { return false }
        return part.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
        }
    }

    private static func isDomain(_ part: Substring) -> Bool {
        guard (1...253).contains(part.utf8.count) else { return false }
        return part.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-")
                }
        }
    }
}
