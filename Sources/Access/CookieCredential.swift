import GatewayKit

/// What the Cookie fields of a request hold for a gateway that looks for one cookie of its own (RFC 6265, section 5.4).
enum CookieCredential: Equatable {
    /// No such cookie, or two of them: nobody can say which counts, and whoever could add one could only log out by it.
    case none
    /// A value that has the shape of the gateway's own.
    case value(Substring.UTF8View)
    /// A value that this gateway never set.
    case malformed

    /// Reads the values of all Cookie fields; some proxies and HTTP/2 split one field into several.
    init(_ fields: [String], named name: String) {
        var found: Substring.UTF8View?
        for field in fields {
            switch Self.find(name.utf8.span, in: field.utf8.span) {
            case .nothing: continue
            case .one(let range) where found == nil:
                let start = field.utf8.index(field.startIndex, offsetBy: range.lowerBound)
                found = field.utf8[start...].prefix(range.count)
            case .one, .several:
                self = .none
                return
            }
        }
        guard let found else {
            self = .none
            return
        }
        self = OpaqueToken.isWhole(found) ? .value(found) : .malformed
    }

    /// What a Cookie field's value holds of one cookie.
    enum Finding {
        case nothing
        /// A value, perhaps empty, here.
        case one(Range<Int>)
        case several
    }

    /// Looks a cookie up in the value of one field.
    static func find(_ name: Span<UInt8>, in field: Span<UInt8>) -> Finding {
        var found: Range<Int>?
        var start = 0
        while start < field.count {
            var end = start
            while end < field.count, field[end] != UInt8(ascii: ";") { end += 1 }
            if let value = value(of: name, in: field, start..<end) {
                guard found == nil else { return .several }
                found = value
            }
            start = end + 1
        }
        return found.map(Finding.one) ?? .nothing
    }

    private static func value(of name: Span<UInt8>, in field: Span<UInt8>, _ pair: Range<Int>) -> Range<Int>? {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var (start, end) = (pair.lowerBound, pair.upperBound)
        while start < end, isSpace(field[start]) { start += 1 }
        while start < end, isSpace(field[end - 1]) { end -= 1 }
        let sign = start + name.count
        guard sign < end, field[sign] == UInt8(ascii: "=") else { return nil }
        for index in name.indices where field[start + index] != name[index] { return nil }
        return (sign + 1)..<end
    }

    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.none, .none), (.malformed, .malformed): true
        case (.value(let left), .value(let right)): left.elementsEqual(right)
        default: false
        }
    }
}
