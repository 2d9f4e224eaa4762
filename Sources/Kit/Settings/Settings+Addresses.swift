import Foundation

extension Settings where Value == IPNetwork {
    /// A network in CIDR notation, or an address alone.
    public static var network: Self {
        let shape = ScalarShape(.string(pattern: "^\(networkPattern)$"), noun: "a network such as 10.0.0.0/8")
        return .parsed(shape, hint: hostBitsHint) { text in IPNetwork(text) }
    }

    /// What a network looks like to an editor (ECMA-262).
    package static var networkPattern: String { "[0-9A-Fa-f:.]+(/[0-9]{1,3})?" }

    /// What was meant by an address with bits behind its prefix, for the problem's end.
    package static func hostBitsHint(_ text: String) -> String? {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let prefix = Int(parts[1]),
            (0...address.bytes.count * 8).contains(prefix)
        else { return nil }
        return ", did you mean '\(address.network(prefix: prefix))'?"
    }
}

extension Settings where Value == ListenAddress {
    /// An address to listen on: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `unix:/run/gateway.sock`.
    public static var listenAddress: Self {
        let shape = ScalarShape(
            .string(
                pattern: "^(unix:.{1,\(longestPath)}|(\\[[0-9A-Fa-f:.]+\\]|[^:\\s]+):\(portPattern))$"),
            noun: "an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/gateway.sock")
        return .parsed(shape) { text in ListenAddress(text) }.checked(
            "a unix socket's path has at most \(longestPath) bytes"
        ) { address in
            if case .unix(let path) = address { path.utf8.count <= longestPath } else { true }
        }
    }

    /// What fits into a `sockaddr_un` of Linux with the byte that ends it.
    private static let longestPath = 107
}

/// A port as a pattern.
private let portPattern = "([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"

extension Settings where Value == PublicURL {
    /// An https URL, or an http one of localhost.
    public static var publicURL: Self {
        let https = "https://(\\[[0-9A-Fa-f:.]+\\]|[^/?#@:\\s]+)"
        let pattern = "^(\(https)|\(localPattern))(:\(portPattern))?(/[^?#@\\s]*)?$"
        return Settings<String>.text(noun: "a URL", pattern: pattern).compactMap { text throws(InputRefusal) in
            try PublicURL(text)
        }
    }

    /// How an http URL of localhost begins, to an editor (ECMA-262).
    package static var localPattern: String {
        "http://(localhost|[^/:@\\s]+\\.localhost|127\\.[0-9.]+|\\[::1\\])(?=[/:]|$)"
    }
}

extension Settings where Value == String {
    /// An absolute URL of one of some schemes, with a host.
    public static func url(_ schemes: [String]) -> Self {
        let example = "\(schemes.first ?? "https")://example.com"
        let shape = ScalarShape(
            .string(pattern: "^(" + schemes.joined(separator: "|") + ")://"), noun: "a URL such as \(example)")
        return .parsed(shape) { text in isURL(text, of: schemes) ? text : nil }
    }

    /// A path of a file or folder; a relative one begins at the folder of the configuration file.
    public static var path: Self {
        .parsed(ScalarShape(.path, noun: "a path")) { text in
            text.isEmpty || text.utf8.contains(0) ? nil : text
        }
    }

    private static func isURL(_ text: String, of schemes: [String]) -> Bool {
        guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), let host = parts.host
        else { return false }
        return schemes.contains(scheme) && !host.isEmpty
    }
}
