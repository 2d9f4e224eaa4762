/// A path of an access rule: `*` stands for any characters within a segment, also none, and `**` for any segments, also
/// none, so that `/public/**` means `/public` too.
///
/// A pattern is anchored at both ends, and written as the path reads once it is decoded.
public struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    enum Part: Hashable, Sendable {
        /// A segment of just these bytes.
        case literal([UInt8])
        /// A segment of these pieces with anything between them.
        case pieces([[UInt8]])
        /// Any number of segments.
        case any
    }

    /// The pattern as it was written.
    public let description: String
    let parts: [Part]

    /// Takes a pattern; throws ``PatternRefusal`` for what no path can be, or what no such pattern means.
    public init(_ text: String) throws(PatternRefusal) {
        guard text.hasPrefix("/") else { throw PatternRefusal("a path begins with a slash") }
        for (mark, why) in Self.strangers where text.utf8.contains(mark) { throw PatternRefusal(why) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw PatternRefusal("a path has no spaces and controls")
        }
        let segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        guard !segments.dropLast().contains(where: \.isEmpty) else {
            throw PatternRefusal("repeated slashes are one to the rules")
        }
        var parts: [Part] = []
        for segment in segments.map(Array.init) {
            guard segment != Array(".".utf8), segment != Array("..".utf8) else {
                throw PatternRefusal("dot segments are resolved before the rules")
            }
            parts.append(try Self.part(segment))
        }
        self.parts = parts
        description = text
    }

    private static func part(_ segment: [UInt8]) throws(PatternRefusal) -> Part {
        guard segment != Array("**".utf8) else { return .any }
        let pieces = segment.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
        guard !pieces.dropFirst().dropLast().contains(where: \.isEmpty) else {
            throw PatternRefusal("** stands alone between slashes")
        }
        return pieces.count == 1 ? .literal(segment) : .pieces(pieces)
    }

    private static let strangers: [(UInt8, String)] = [
        (UInt8(ascii: "%"), "a path is decoded before the rules see it, so write the character itself"),
        (UInt8(ascii: "?"), "rules see no query"), (UInt8(ascii: "#"), "a request has no fragment"),
        (UInt8(ascii: "\\"), "a path with a backslash is refused before the rules"),
    ]

    /// The first segment, where it can be one alone.
    var firstLiteral: [UInt8]? { if case .literal(let bytes)? = parts.first { bytes } else { nil } }

    /// Whether it means that path, which begins with a slash.
    func matches(_ path: [UInt8]) -> Bool {
        var (part, start) = (0, 1)
        // Where to go on when the last `**` has to stand for more; the earlier ones need no more trying.
        var retry: (part: Int, start: Int)?
        while start <= path.count {
            if part < parts.count, parts[part] == .any {
                retry = (part, start)
                part += 1
                continue
            }
            let end = Self.endOfSegment(at: start, in: path)
            if part < parts.count, Self.matches(parts[part], path, start, end) {
                (part, start) = (part + 1, end + 1)
            } else if let last = retry {
                let next = Self.endOfSegment(at: last.start, in: path) + 1
                retry = (last.part, next)
                (part, start) = (last.part + 1, next)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == .any }
    }

    private static func endOfSegment(at start: Int, in path: [UInt8]) -> Int {
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        return end
    }

    private static func matches(_ part: Part, _ path: [UInt8], _ start: Int, _ end: Int) -> Bool {
        switch part {
        case .any: true
        case .literal(let bytes): bytes.count == end - start && isEqual(bytes, path, at: start)
        case .pieces(let pieces): matches(pieces, path, start, end)
        }
    }

    /// The first piece begins the segment, the last ends it, and each other stands as early as it can.
    static func matches(_ pieces: [[UInt8]], _ path: [UInt8], _ start: Int, _ end: Int) -> Bool {
        guard let first = pieces.first, let last = pieces.last, end - start >= first.count + last.count,
            isEqual(first, path, at: start), isEqual(last, path, at: end - last.count)
        else { return false }
        var place = start + first.count
        for piece in pieces.dropFirst().dropLast() {
            while place + piece.count <= end - last.count, !isEqual(piece, path, at: place) { place += 1 }
            guard place + piece.count <= end - last.count else { return false }
            place += piece.count
        }
        return true
    }

    private static func isEqual(_ bytes: [UInt8], _ path: [UInt8], at start: Int) -> Bool {
        for index in bytes.indices where bytes[index] != path[start + index] { return false }
        return true
    }
}

/// Why a text is no pattern of an access rule.
public struct PatternRefusal: Error, Hashable, Sendable {
    /// What would be right.
    public let reason: String

    init(_ reason: String) { self.reason = reason }
}
