import Foundation

/// The address under which people reach this deployment: the issuer of its tokens and the root of its links. Never
/// taken from a request.
public struct PublicURL: Hashable, Sendable, CustomStringConvertible {
    /// The URL without a trailing slash.
    public let text: String
    /// Its scheme, `https`, or `http` on localhost.
    public let scheme: String
    /// Its host in lower case.
    public let host: String

    /// Takes an https URL, or an http one of localhost or a loopback address, without query, fragment and user; throws
    /// an ``InputRefusal`` that says what would be right.
    public init(_ typed: String) throws(InputRefusal) {
        guard typed.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), let parts = URLComponents(string: typed),
            let scheme = parts.scheme?.lowercased(), let host = parts.host?.lowercased(), !host.isEmpty,
            parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil
        else { throw InputRefusal("invalid_url", "must be an absolute URL such as https://auth.example.com") }
        guard parts.port.map({ (1...65535).contains($0) }) ?? true else {
            throw InputRefusal("invalid_url", "must have a port from 1 to 65535")
        }
        guard scheme == "https" || (scheme == "http" && Self.isLoopback(host)) else {
            throw InputRefusal("insecure_url", "must be https; http is for localhost only")
        }
        self.scheme = scheme
        self.host = host
        let port = parts.port.map { ":\($0)" } ?? ""
        let path = String(parts.percentEncodedPath.reversed().drop { $0 == "/" }.reversed())
        text = "\(scheme)://\(host)\(port)\(path)"
    }

    public var description: String { text }

    private static func isLoopback(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard let address = IPAddress(bare) else { return host == "localhost" || host.hasSuffix(".localhost") }
        return address.isIPv6 ? address.description == "::1" : address.bytes[0] == 127
    }
}
