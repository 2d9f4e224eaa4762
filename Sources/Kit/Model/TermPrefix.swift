/// What somebody types to find accounts whose names or addresses begin with it.
public struct TermPrefix: Hashable, Sendable {
    /// The text, its capitals folded as those of names and addresses are.
    public let text: String
    /// The first text, in the order of bytes, behind all that begin with it.
    public let below: String

    /// Takes a typed text; nil where no name and no address can begin with it, for it is empty or holds what neither
    /// may hold.
    public init?(_ typed: String) {
        let folded = typed.asciiLowercased
        guard let last = folded.utf8.last, folded.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        text = folded
        below = String(decoding: folded.utf8.dropLast() + [last + 1], as: UTF8.self)
    }

    /// The first text that begins with it and, where one is given, stands behind another.
    public func first(behind other: String?) -> String {
        guard let other else { return text }
        // No stored text has NUL, so none stands between the two.
        let next = other + "\u{1}"
        return Self.isAscending(text, next) ? next : text
    }

    /// Whether a text begins with it.
    public func begins(_ other: String) -> Bool { other.utf8.starts(with: text.utf8) }

    /// Whether one text stands before another by their bytes, as every store has it; Swift's own order is another.
    public static func isAscending(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
