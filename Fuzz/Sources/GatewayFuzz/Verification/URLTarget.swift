@testable import GatewayAccess

extension FuzzTarget {
    /// A host and a target, a line each: what is taken has one spelling, which no other way of writing it changes.
    static let url = FuzzTarget("url") { input in
        let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        guard lines.count == 2, let url = canonical(lines[0], lines[1]) else { return }
        let path = url.path.bytes
        claim("a path is UTF-8", holds: String(validating: path, as: UTF8.self) != nil)
        claim("a path begins with a slash", holds: path.first == UInt8(ascii: "/"))
        let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        claim("no segment but the last is empty", holds: segments.dropLast().allSatisfy { !$0.isEmpty })
        claim("no segment is dots", holds: segments.allSatisfy { ![[0x2E], [0x2E, 0x2E]].contains(Array($0)) })
        let refused: Set<UInt8> = Set(0..<0x20).union([0x7F, UInt8(ascii: "\\")])
        claim("a path has no controls and backslashes", holds: path.allSatisfy { !refused.contains($0) })
        claim("a path stays as it is", holds: canonical(lines[0], encoded(path) { _ in true })?.path.bytes == path)
        let letters = encodedLetters(lines[1])
        claim("encoded letters are letters", holds: canonical(lines[0], letters)?.path == url.path)
        claim("a query counts for nothing", holds: canonical(lines[0], lines[1] + Array("?/../x".utf8)) == url)
        claim("a host is lower case", holds: url.host == url.host.lowercased() && !url.host.isEmpty)
        claim("a host stays as it is", holds: canonical(Array(url.host.utf8), lines[1]) == url)
        let shouted = Array(String(decoding: lines[0], as: UTF8.self).uppercased().utf8)
        claim("capitals count for nothing in a host", holds: canonical(shouted, lines[1]) == url)
        guard let bare = url.path.withoutParameters else { return }
        claim("parameters begin with a semicolon", holds: path.contains(UInt8(ascii: ";")) && bare != path)
    }

    private static func canonical(_ host: [UInt8], _ target: [UInt8]) -> CanonicalURL? {
        try? CanonicalURL(host: host.span, target: target.span)
    }

    /// Slashes stay, for between segments they are never encoded.
    private static func encoded(_ path: [UInt8], _ isEncoded: (UInt8) -> Bool) -> [UInt8] {
        path.flatMap { byte -> [UInt8] in
            byte == UInt8(ascii: "/") || !isEncoded(byte) ? [byte] : percent(byte)
        }
    }

    /// Each letter and digit that no percent sign stands before.
    private static func encodedLetters(_ target: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = target[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "?") { return result + [byte] + rest }
            if byte == UInt8(ascii: "%") {
                result += [byte] + rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if byte < 0x80, Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber {
                result += percent(byte)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private static func percent(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
