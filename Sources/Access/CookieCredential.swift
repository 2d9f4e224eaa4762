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
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = Self.trimmed(pair)
                guard let sign = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<sign].elementsEqual(name.utf8) else {
                    continue
                }
                guard found == nil else {
                    self = .none
                    return
                }
                found = pair[pair.index(after: sign)...]
            }
        }
        guard let found else {
            self = .none
            return
        }
        self = OpaqueToken.isWhole(found) ? .value(found) : .malformed
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let behind = text.drop(while: isSpace)
        guard let last = behind.lastIndex(where: { !isSpace($0) }) else { return behind.prefix(0) }
        return behind[...last]
    }

    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.none, .none), (.malformed, .malformed): true
        case (.value(let left), .value(let right)): left.elementsEqual(right)
        default: false
        }
    }
}
