/// How applications read a path that reached them. There is no one way, so this takes every order of the usual steps,
/// and a path counts as protected when one of them says so.
enum ApplicationView {
    private static let steps: [[@Sendable (String) -> String]] = {
        let all: [@Sendable (String) -> String] = [decoded, withoutDots, collapsed, withoutParameters]
        return permutations(of: all) + permutations(of: Array(all.prefix(3)))
    }()

    /// Whether an application could take it for a path at or below `/admin`.
    static func isProtected(_ target: String) -> Bool {
        let path = String(target.prefix { $0 != "?" && $0 != "#" })
        return steps.contains { order in
            let read = order.reduce(path) { $1($0) }
            return read == "/admin" || read.hasPrefix("/admin/")
        }
    }

    @Sendable private static func decoded(_ path: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Sendable private static func withoutDots(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            switch segment {
            case ".": break
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }

    @Sendable private static func collapsed(_ path: String) -> String {
        path.split(separator: "/").reduce("") { $0 + "/" + $1 } + (path.hasSuffix("/") ? "/" : "")
    }

    @Sendable private static func withoutParameters(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { $0.prefix { $0 != ";" } }
            .joined(separator: "/")
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
