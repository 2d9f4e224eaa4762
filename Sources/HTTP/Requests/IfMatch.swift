public import HTTPTypes

/// Which states of a thing a request is meant for, by its `If-Match` (RFC 9110, section 13.1.1).
public struct IfMatch: Hashable, Sendable {
    /// What the header looks like to those who write one: `*`, or tags with one comma between each two.
    public static let pattern = #"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$"#

    /// The tags that it names, quotes and all; nil is `*`, which is any state.
    private let tags: Set<String>?

    /// Reads the header; nil where a request has none. Throws ``Problem`` for what is no list of entity tags.
    public init?(_ headers: HTTPFields) throws(Problem) {
        let text = headers[values: .ifMatch].joined(separator: ",")
        guard headers.contains(.ifMatch) else { return nil }
        if text == "*" {
            tags = nil
            return
        }
        guard let tags = Self.list(text), !tags.isEmpty else {
            throw Problem.malformedRequest("If-Match must be '*' or a list of entity tags in quotes.")
        }
        self.tags = tags
    }

    /// Whether a state that has this strong tag is meant; a weak one in the list names none.
    public func includes(_ tag: String) -> Bool { tags?.contains(tag) ?? true }

    /// Tags between commas, which may hold commas themselves; nil for anything else.
    private static func list(_ text: String) -> Set<String>? {
        var tags: Set<String> = []
        var rest = text.utf8[...]
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: ",") }
            guard !rest.isEmpty else { return tags }
            let start = rest.startIndex
            if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            rest = rest.drop { $0 == 0x21 || (0x23...0x7e).contains($0) || $0 >= 0x80 }
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            tags.insert(String(text[start..<rest.startIndex]))
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
        }
    }
}
