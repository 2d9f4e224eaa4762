/// The paths that an API key is for, as its owner wrote them: globs over the whole path, `*` within a segment, `**`
/// across segments. What they match is the access rules' business.
public struct KeyScope: Hashable, Sendable {
    /// The patterns, at least one.
    public let patterns: [String]

    /// How many patterns there may be.
    public static let counts = 1...32
    /// How long a pattern may be.
    public static let lengths = 1...256
    /// What a pattern looks like, as a regular expression: a path in the characters that RFC 3986 gives to paths,
    /// without percent-encoding, for a rule sees paths decoded, and without empty segments and dot segments, which no
    /// such path has; `**` stands alone in its segment.
    public static let pattern =
        "^(/|(/(?!\\.{1,2}(/|$))(\\*\\*|\\*|(\\*?[A-Za-z0-9._~!$&'()+,;=:@-]+)+\\*?))+/?)$"

    /// Takes typed patterns; throws an ``InputRefusal`` that says what would be right.
    public init(_ typed: [String]) throws(InputRefusal) {
        guard !typed.isEmpty else { throw InputRefusal("empty", "must not be empty; leave it out for all paths") }
        guard typed.count <= Self.counts.upperBound else {
            throw InputRefusal("too_many", "must have at most \(Self.counts.upperBound) entries")
        }
        guard typed.allSatisfy({ $0.utf8.count <= Self.lengths.upperBound }) else {
            throw InputRefusal("too_long", "each must have at most \(Self.lengths.upperBound) characters")
        }
        guard typed.allSatisfy(Self.isPath) else {
            throw InputRefusal("invalid_path", "each must be a path such as /reports/**")
        }
        patterns = typed
    }

    /// Takes patterns as they stand in the store; nothing is checked.
    public init(stored patterns: [String]) { self.patterns = patterns }

    private static func isPath(_ text: String) -> Bool {
        guard text.utf8.first == UInt8(ascii: "/"), !text.contains("//"), text.utf8.allSatisfy(allowed.contains) else {
            return false
        }
        return text.split(separator: "/").allSatisfy { segment in
            segment == "**" || !segment.contains("**") && segment != "." && segment != ".."
        }
    }

    private static let allowed = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~!$&'()*+,;=:@-/".utf8)
}
