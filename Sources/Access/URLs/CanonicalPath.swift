/// A path as access rules see it: decoded once, without dot segments and repeated slashes.
///
/// What has more than one reading has none here: an encoded slash, NUL, a backslash, controls, bytes that are no UTF-8,
/// a way out of the root, an empty segment beside dot segments (nginx reads `/a//../b` as `/b`, RFC 3986 as `/a/b`),
/// and dot segments with parameters (`/a/..;x/b`, which servlet containers read as `/b`).
public struct CanonicalPath: Hashable, Sendable {
    /// The decoded bytes, which begin with a slash; every slash stands between segments.
    public let bytes: [UInt8]
    /// The same without what stands behind a semicolon in each segment, as servlet containers read it (RFC 3986,
    /// section 3.3, leaves it open); nil where there is no semicolon.
    public let withoutParameters: [UInt8]?

    /// Takes a request's target: a path, and a query that counts for nothing.
    public init(target: Span<UInt8>) throws(URLRefusal) {
        guard !target.isEmpty, target[0] == UInt8(ascii: "/") else { throw URLRefusal("a target that is no path") }
        var end = 0
        var isPlain = true
        var last: UInt8 = 0
        loop: while end < target.count {
            let byte = target[end]
            switch Self.kinds[Int(byte)] {
            case .query: break loop
            case .refused: throw URLRefusal("a path with a byte that no path has")
            case .plain: break
            // A dot may begin a dot segment, a slash an empty one.
            case .dot, .slash: if last == UInt8(ascii: "/") { isPlain = false }
            case .special: isPlain = false
            }
            last = byte
            end += 1
        }
        let raw = target.extracting(0..<end)
        if isPlain {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(end)
            for index in raw.indices { bytes.append(raw[index]) }
            self.bytes = bytes
            withoutParameters = nil
        } else {
            (bytes, withoutParameters) = try Self.slowly(raw)
        }
    }

    private enum Kind { case plain, dot, slash, special, query, refused }

    private static let kinds: [Kind] = (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case UInt8(ascii: "/"): .slash
        case UInt8(ascii: "."): .dot
        case UInt8(ascii: "?"): .query
        // Raw bytes of UTF-8 are looked at together.
        case UInt8(ascii: "%"), UInt8(ascii: ";"), 0x80...0xff: .special
        case 0...0x20, 0x7f, UInt8(ascii: "#"), UInt8(ascii: "\\"): .refused
        default: .plain
        }
    }

    private struct Segment {
        var bytes: [UInt8] = []
        /// Where parameters begin, at a semicolon: an encoded one is none by RFC 3986, but is one to who decodes first.
        var parameters: Int?

        mutating func append(_ byte: UInt8) {
            if byte == UInt8(ascii: ";"), parameters == nil { parameters = bytes.count }
            bytes.append(byte)
        }

        var name: ArraySlice<UInt8> { bytes[..<(parameters ?? bytes.count)] }
        var isDots: Bool { bytes == Self.dot || bytes == Self.dots }
        var isParent: Bool { bytes == Self.dots }
        var isDotsWithParameters: Bool { parameters != nil && (name == Self.dot[...] || name == Self.dots[...]) }

        private static let dot = Array(".".utf8)
        private static let dots = Array("..".utf8)
    }

    private static func slowly(_ raw: Span<UInt8>) throws(URLRefusal) -> ([UInt8], [UInt8]?) {
        let segments = try decoded(raw)
        let hasDots = segments.contains(where: \.isDots)
        guard !segments.contains(where: \.isDotsWithParameters) else {
            throw URLRefusal("a path with a dot segment that has parameters")
        }
        guard !hasDots || !segments.dropLast().contains(where: \.bytes.isEmpty) else {
            throw URLRefusal("a path with an empty segment beside dot segments")
        }
        var kept: [Segment] = []
        for segment in segments where !segment.bytes.isEmpty {
            guard segment.isDots else {
                kept.append(segment)
                continue
            }
            guard segment.isParent else { continue }
            guard kept.popLast() != nil else { throw URLRefusal("a path that leads out of the root") }
        }
        let isFolder = segments.last.map { $0.bytes.isEmpty || $0.isDots } ?? true
        let hasParameters = kept.contains { $0.parameters != nil }
        return (
            joined(kept.map { $0.bytes[...] }, isFolder: isFolder),
            hasParameters ? joined(kept.map(\.name).filter { !$0.isEmpty }, isFolder: isFolder) : nil
        )
    }

    private static func joined(_ segments: [ArraySlice<UInt8>], isFolder: Bool) -> [UInt8] {
        guard !segments.isEmpty else { return [UInt8(ascii: "/")] }
        let path = segments.flatMap { [UInt8(ascii: "/")] + $0 }
        return isFolder ? path + [UInt8(ascii: "/")] : path
    }

    /// The segments behind the first slash.
    private static func decoded(_ raw: Span<UInt8>) throws(URLRefusal) -> [Segment] {
        var segments = [Segment()]
        var index = 1
        while index < raw.count {
            let byte = raw[index]
            index += 1
            switch byte {
            case UInt8(ascii: "/"): segments.append(Segment())
            case UInt8(ascii: "%"):
                guard index + 1 < raw.count, let high = digit(raw[index]), let low = digit(raw[index + 1]) else {
                    throw URLRefusal("a path with a percent sign that encodes nothing")
                }
                index += 2
                segments[segments.count - 1].append(try allowed(high << 4 | low))
            default: segments[segments.count - 1].append(byte)
            }
        }
        guard segments.allSatisfy({ String(validating: $0.bytes, as: UTF8.self) != nil }) else {
            throw URLRefusal("a path that is no UTF-8")
        }
        return segments
    }

    private static func allowed(_ byte: UInt8) throws(URLRefusal) -> UInt8 {
        switch byte {
        case UInt8(ascii: "/"): throw URLRefusal("a path with an encoded slash")
        case UInt8(ascii: "\\"): throw URLRefusal("a path with an encoded backslash")
        case 0..<0x20, 0x7f: throw URLRefusal("a path with an encoded control")
        default: return byte
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
