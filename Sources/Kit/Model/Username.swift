/// A user's name: 3 to 64 of `a-z 0-9 . _ -`, so never an e-mail address; typed capitals are folded.
public struct Username: Hashable, Sendable {
    /// The name in lower case.
    public let text: String

    /// Takes a typed name; throws an ``InputRefusal`` that says what would be right.
    public init(_ typed: String) throws(InputRefusal) {
        let folded = typed.asciiLowercased
        guard folded.utf8.count >= 3 else { throw InputRefusal("too_short", "must have at least 3 characters") }
        guard folded.utf8.count <= 64 else { throw InputRefusal("too_long", "must have at most 64 characters") }
        guard folded.utf8.allSatisfy(Self.isAllowed) else {
            throw InputRefusal("invalid_characters", "may hold only letters a-z, digits, '.', '_' and '-'")
        }
        text = folded
    }

    /// Takes a name as it stands in the store; nothing is checked.
    public init(stored text: String) { self.text = text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension String {
    /// This text with A-Z folded to a-z and every other character left alone, so that each engine compares it alike.
    package var asciiLowercased: String {
        String(decoding: utf8.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
