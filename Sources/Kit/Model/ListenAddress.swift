/// Where a server takes connections: a TCP port of an address or name, or a Unix socket.
public enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A port, 0 for any free one, of an address or a name without brackets.
    case tcp(host: String, port: Int)
    /// A socket in the file system.
    case unix(path: String)

    /// Takes `host:port`, `[v6]:port` or `unix:path`; nil for anything else.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]),
            let host = Self.host(text[..<colon])
        else { return nil }
        self = .tcp(host: host, port: port)
    }

    /// Whether only this machine can reach it.
    public var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _):
            IPAddress(host).map { $0.isIPv6 ? $0 == Self.loopback6 : $0.bytes[0] == 127 } ?? (host == "localhost")
        }
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    private static let loopback6 = IPAddress("::1")

    private static func port(_ text: Substring) -> Int? {
        guard let port = Int(text), String(port) == text, (0...65535).contains(port) else { return nil }
        return port
    }

    private static func host(_ text: Substring) -> String? {
        if text.hasPrefix("[") && text.hasSuffix("]") {
            let inner = String(text.dropFirst().dropLast())
            return IPAddress(inner) != nil && inner.contains(":") ? inner : nil
        }
        let isName = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
        }
        guard isName, !text.isEmpty else { return nil }
        // A name of digits and dots alone is an address with a slip in it.
        let isNumeric = text.utf8.allSatisfy { $0 <= UInt8(ascii: "9") && $0 != UInt8(ascii: "-") }
        return isNumeric && IPAddress(String(text)) == nil ? nil : String(text)
    }
}
