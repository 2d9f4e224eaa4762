import GatewayKit

/// A host as access rules see it.
enum CanonicalHost {
    /// Lower case, without port and one trailing dot; an IPv6 address in brackets in its usual spelling.
    static func reading(_ raw: Span<UInt8>) throws(URLRefusal) -> String {
        guard !raw.isEmpty, raw.count <= 261 else { throw URLRefusal("a host that is empty or too long") }
        if raw[0] == UInt8(ascii: "[") { return try address(raw) }
        var end = 0
        while end < raw.count, raw[end] != UInt8(ascii: ":") { end += 1 }
        guard isPort(raw.extracting(end..<raw.count)) else { throw URLRefusal("a host with a port that is none") }
        if end > 1, raw[end - 1] == UInt8(ascii: ".") { end -= 1 }
        var name: [UInt8] = []
        name.reserveCapacity(end)
        for index in 0..<end {
            let byte = folded[Int(raw[index])]
            // A dot at the beginning, at the end or behind another is an empty label.
            let isEmptyLabel = byte == UInt8(ascii: ".") && (index == 0 || index == end - 1 || name[index - 1] == byte)
            guard byte != 0, !isEmptyLabel else { throw URLRefusal("a host that is none") }
            name.append(byte)
        }
        guard !name.isEmpty else { throw URLRefusal("a host that is none") }
        return String(decoding: name, as: UTF8.self)
    }

    private static func address(_ raw: Span<UInt8>) throws(URLRefusal) -> String {
        var end = 1
        while end < raw.count, raw[end] != UInt8(ascii: "]") { end += 1 }
        guard end < raw.count, isPort(raw.extracting(end + 1..<raw.count)) else {
            throw URLRefusal("a host that is none")
        }
        var text: [UInt8] = []
        for index in 1..<end { text.append(raw[index]) }
        guard let address = IPAddress(String(decoding: text, as: UTF8.self)) else {
            throw URLRefusal("a host that is none")
        }
        return address.isIPv6 ? "[\(address)]" : "\(address)"
    }

    /// Nothing, or a colon and a number.
    private static func isPort(_ text: Span<UInt8>) -> Bool {
        guard !text.isEmpty else { return true }
        guard text[0] == UInt8(ascii: ":"), (2...6).contains(text.count) else { return false }
        var port = 0
        for index in 1..<text.count {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return false }
            port = port * 10 + Int(text[index] - UInt8(ascii: "0"))
        }
        return (1...65535).contains(port)
    }

    /// By byte, a host's byte in lower case, and 0 for what no host has.
    private static let folded: [UInt8] = (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            byte
        default: 0
        }
    }
}
