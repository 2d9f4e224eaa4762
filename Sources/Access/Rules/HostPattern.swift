/// A host of an access rule: `app.example.com`, or `*.example.com` for everything below `example.com`, however deep.
public struct HostPattern: Hashable, Sendable, CustomStringConvertible {
    /// The host, or for everything below it the host behind the star.
    let host: String
    /// Whether it means everything below, and not the host itself.
    let isWildcard: Bool

    /// Takes a pattern; throws ``PatternRefusal`` for what no host is.
    public init(_ text: String) throws(PatternRefusal) {
        isWildcard = text.hasPrefix("*.")
        let name = isWildcard ? String(text.dropFirst(2)) : text
        guard !name.utf8.contains(UInt8(ascii: "*")) else {
            throw PatternRefusal("a star stands for whole labels at the beginning, as in *.example.com")
        }
        guard name.hasPrefix("[") || !name.utf8.contains(UInt8(ascii: ":")) else {
            throw PatternRefusal("rules see a host without its port")
        }
        do throws(URLRefusal) {
            host = try CanonicalHost.reading(name.utf8.span)
        } catch {
            throw PatternRefusal("a host such as app.example.com or *.example.com; an international one as xn--…")
        }
    }

    /// The pattern as the rules read it.
    public var description: String { isWildcard ? "*.\(host)" : host }

    func matches(_ other: String) -> Bool {
        guard isWildcard else { return host == other }
        return other.utf8.count > host.utf8.count + 1 && other.hasSuffix(host)
            && other.utf8.dropLast(host.utf8.count).last == UInt8(ascii: ".")
    }
}
