/// How applications read a path that reached them. There is no one way, so this takes every order of the usual steps.
enum PathReading {
    private typealias Step = @Sendable ([UInt8]) -> [UInt8]

    /// Whether an application could take a request target for a path, or for one below it.
    static func could(_ target: String, mean path: String) -> Bool {
        let bytes = Array(target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        let wanted = withoutSlashesBehind(inSmallLetters(decoded(Array(path.utf8))))
        return orders.contains { order in
            let read = inSmallLetters(order.reduce(bytes) { $1($0) })
            return [read, cut(read)].contains { withoutSlashesBehind($0) == wanted }
                || wanted.count > 1 && read.starts(with: wanted + [UInt8(ascii: "/")])
        }
    }

    /// Many routers, and file systems, do not tell letters by their case.
    private static func inSmallLetters(_ path: [UInt8]) -> [UInt8] {
        path.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// To some, NUL ends a text, and spaces behind it are none of it.
    private static func cut(_ path: [UInt8]) -> [UInt8] {
        let whole = path.prefix { $0 != 0 }
        return Array(whole.prefix((whole.lastIndex { $0 > 0x20 } ?? -1) + 1))
    }

    /// Some read parameters as a part of the path, some drop them.
    private static let orders: [[Step]] =
        permutations(of: [decoded, withoutDots, collapsed, withoutParameters])
        + permutations(of: [decoded, withoutDots, collapsed])

    private static func withoutSlashesBehind(_ path: [UInt8]) -> [UInt8] {
        path.count > 1 && path.last == UInt8(ascii: "/") ? withoutSlashesBehind(path.dropLast()) : path
    }

    @Sendable private static func decoded(_ path: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = path[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        // Some take a backslash for a slash.
        return bytes.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
    }

    @Sendable private static func withoutDots(_ path: [UInt8]) -> [UInt8] {
        var kept: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            if segment.elementsEqual("..".utf8) {
                _ = kept.popLast()
            } else if !segment.elementsEqual(".".utf8) {
                kept.append(segment)
            }
        }
        return Array("/".utf8) + kept.joined(separator: "/".utf8)
    }

    @Sendable private static func collapsed(_ path: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        for byte in path where byte != UInt8(ascii: "/") || kept.last != byte { kept.append(byte) }
        return kept
    }

    @Sendable private static func withoutParameters(_ path: [UInt8]) -> [UInt8] {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return Array(segments.map { $0.prefix { $0 != UInt8(ascii: ";") } }.joined(separator: "/".utf8))
    }

    private static func permutations<Item>(of items: [Item]) -> [[Item]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var others = items
            let first = others.remove(at: index)
            return permutations(of: others).map { [first] + $0 }
        }
    }
}
