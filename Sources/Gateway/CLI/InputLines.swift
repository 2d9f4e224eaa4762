/// Splits what is read piece by piece into lines, of which a long one is never kept: the memory that this takes has a
/// bound, whatever comes.
struct InputLines {
    /// A line without its end.
    enum Line: Equatable, Sendable {
        case whole([UInt8])
        /// One of more bytes than are kept.
        case tooLong
    }

    private let limit: Int
    private var rest: [UInt8] = []
    private var isTooLong = false
    private var hasBegun = false

    /// Keeps lines of so many bytes at most.
    init(limit: Int) { self.limit = limit }

    /// The lines that a piece ends.
    mutating func take(_ piece: ArraySlice<UInt8>) -> [Line] {
        var lines: [Line] = []
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
            keep(piece[start..<end])
            lines.append(ended())
            start = piece.index(after: end)
        }
        if start < piece.endIndex { keep(piece[start...]) }
        return lines
    }

    /// The last line, when nothing ends it.
    mutating func end() -> Line? { hasBegun ? ended() : nil }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        hasBegun = true
        // One more, for the carriage return that may stand before the end.
        if rest.count + bytes.count > limit + 1 { isTooLong = true }
        if isTooLong { rest = [] } else { rest += bytes }
    }

    private mutating func ended() -> Line {
        defer { (rest, isTooLong, hasBegun) = ([], false, false) }
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        return isTooLong || rest.count > limit ? .tooLong : .whole(rest)
    }
}
