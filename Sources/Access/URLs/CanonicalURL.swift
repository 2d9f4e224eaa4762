/// Where a request wants to go, in the one spelling that access rules see.
public struct CanonicalURL: Hashable, Sendable {
    /// The host in lower case, without port and trailing dot.
    public let host: String
    /// The path, decoded once.
    public let path: CanonicalPath

    /// Takes the host as a request states it, with its port perhaps, and the target: a path, and a query that no rule
    /// sees. Throws ``URLRefusal`` for what has no meaning, or more than one.
    public init(host: Span<UInt8>, target: Span<UInt8>) throws(URLRefusal) {
        self.host = try CanonicalHost.reading(host)
        path = try CanonicalPath(target: target)
    }

    /// Takes an absolute URL of http or https (or of their WebSockets), and nothing else of a URL's many forms.
    public init(absolute url: Span<UInt8>) throws(URLRefusal) {
        guard let parts = AbsoluteURL(url) else { throw URLRefusal("no absolute URL of http or https") }
        try self.init(host: url.extracting(parts.authority), target: url.extracting(parts.target))
    }
}

/// Why nobody can say where a request wants to go; for logs, never for the client.
public struct URLRefusal: Error, Hashable, Sendable {
    /// What is wrong.
    public let reason: String

    /// States it.
    public init(_ reason: String) { self.reason = reason }
}

/// The parts of `scheme://authority/path?query`, each as it was sent.
public struct AbsoluteURL {
    /// The scheme, `http`, `https`, `ws` or `wss`, in whatever case.
    public let scheme: Range<Int>
    /// Behind it, up to the path.
    public let authority: Range<Int>
    /// The path and the query.
    public let target: Range<Int>

    /// Finds them; nil where there is no such scheme, no authority or no path.
    public init?(_ url: Span<UInt8>) {
        var colon = 0
        while colon < url.count, url[colon] != UInt8(ascii: ":") { colon += 1 }
        guard Self.isScheme(url.extracting(0..<colon)), url.count > colon + 3,
            url[colon + 1] == UInt8(ascii: "/"), url[colon + 2] == UInt8(ascii: "/")
        else { return nil }
        scheme = 0..<colon
        var slash = colon + 3
        while slash < url.count, url[slash] != UInt8(ascii: "/") { slash += 1 }
        guard slash > colon + 3, slash < url.count else { return nil }
        authority = colon + 3..<slash
        target = slash..<url.count
    }

    /// Whether this is the scheme of a request that a proxy can have had.
    public static func isScheme(_ text: Span<UInt8>) -> Bool {
        schemes.contains { scheme in
            guard scheme.count == text.count else { return false }
            for index in text.indices where text[index] | 0x20 != scheme[index] { return false }
            return true
        }
    }

    private static let schemes = ["http", "https", "ws", "wss"].map { Array($0.utf8) }
}
