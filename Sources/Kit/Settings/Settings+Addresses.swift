import Foundation

extension Settings where Value == IPNetwork {
    /// A network in CIDR notation, or an address alone.
    public static var network: Self {
        .parsed(ScalarShape(.string(pattern: nil), noun: "a network such as 10.0.0.0/8"), hint: hostBitsHint) { text in
            IPNetwork(text)
        }
    }

    private static func hostBitsHint(_ text: String) -> String? {
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
            .string(pattern: "^(unix:.+|(\\[[0-9A-Fa-f:.]+\\]|[^:\\s]+):[0-9]+)$"),
            noun: "an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/gateway.sock")
        return .parsed(shape) { text in ListenAddress(text) }
    }
}

extension Settings where Value == PublicURL {
    /// An https URL, or an http one of localhost.
    public static var publicURL: Self {
        Settings<String>.text(noun: "a URL", pattern: "^https?://").compactMap { text throws(InputRefusal) in
            try PublicURL(text)
        }
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

    /// An https URL, or an http one, in which a name in braces such as `{token}` stands once.
    public static func urlTemplate(naming name: String) -> Self {
        let mark = "{\(name)}"
        let noun = "a URL with \(mark) in it, such as https://app.example.com/?\(name)=\(mark)"
        return .parsed(ScalarShape(.string(pattern: "^https?://.*\\{\(name)\\}"), noun: noun)) { text in
            let parts = text.components(separatedBy: mark)
            guard parts.count == 2, isURL(parts.joined(separator: "x"), of: ["https", "http"]) else { return nil }
            return text
        }
    }

    /// A path of a file or folder; a relative one begins at the folder of the configuration file.
    public static var path: Self {
        .parsed(ScalarShape(.string(pattern: nil), noun: "a path")) { text in
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
