import GatewayKit

@testable import GatewayAccess

extension FuzzTarget {
    /// A host and a path, then rules, each a line with a host's pattern and a path's: a pattern means what the plainest
    /// reading of it does, and the first rule that matches is found.
    static let rules = FuzzTarget("rules") { input in
        let lines = String(decoding: input.prefix(400), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard let asked = lines.first.map({ $0.split(separator: " ", omittingEmptySubsequences: false) }),
            asked.count == 2,
            let url = try? CanonicalURL(host: asked[0].utf8.span, target: asked[1].utf8.span)
        else { return }
        let request = AccessRequest(method: "GET", url: url, clientAddress: nil)
        var rules: [AccessRule] = []
        var isMeant: [Bool] = []
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 2 else { continue }
            let (host, path) = (try? HostPattern(words[0]), try? PathPattern(words[1]))
            rules.append(
                AccessRule(hosts: host.map { [$0] } ?? [], paths: path.map { [$0] } ?? [], allowed: .anyone, at: .none))
            let meansPath = path.map { means($0.description, url.path.bytes) } ?? true
            claim("a path is matched as it reads", holds: path.map { $0.matches(url.path.bytes) == meansPath } ?? true)
            let meansHost = host.map { means(host: "\($0)", url.host) } ?? true
            claim("a host is matched as it reads", holds: host.map { $0.matches(url.host) == meansHost } ?? true)
            isMeant.append(meansPath && meansHost)
        }
        let laid = AccessRules(rules)
        claim(
            "the first rule that matches is found",
            holds: laid.first(for: request, path: url.path.bytes) == isMeant.firstIndex(of: true))
        for (covered, other) in laid.neverReached {
            claim("what is covered matches only what covers it does", holds: !isMeant[covered] || isMeant[other])
        }
    }

    private static func means(host pattern: String, _ host: String) -> Bool {
        guard pattern.hasPrefix("*.") else { return pattern == host }
        let rest = pattern.dropFirst()
        return host.hasSuffix(rest) && host.utf8.count > rest.utf8.count
    }

    private static func means(_ pattern: String, _ path: [UInt8]) -> Bool {
        let parts = pattern.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst().map(Array.init)
        let segments = path.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst().map(Array.init)
        return means(parts[...], segments[...])
    }

    /// Whether the rest of a pattern means the rest of a path, from the back, so that no part is tried twice.
    private static func means(_ parts: ArraySlice<[UInt8]>, _ segments: ArraySlice<[UInt8]>) -> Bool {
        var good = (0...segments.count).map { $0 == segments.count }
        for part in parts.reversed() {
            if part == [0x2A, 0x2A] {
                for index in good.indices.reversed().dropFirst() where good[index + 1] { good[index] = true }
            } else {
                good = good.indices.map { index in
                    index < segments.count && good[index + 1]
                        && fits(part, segments[segments.startIndex + index])
                }
            }
        }
        return good[0]
    }

    private static func fits(_ part: [UInt8], _ segment: [UInt8]) -> Bool {
        var good = (0...segment.count).map { $0 == segment.count }
        for byte in part.reversed() {
            if byte == 0x2A {
                for index in good.indices.reversed().dropFirst() where good[index + 1] { good[index] = true }
            } else {
                good = good.indices.map { $0 < segment.count && good[$0 + 1] && segment[$0] == byte }
            }
        }
        return good[0]
    }
}
