/// Who a server must be, to be compared with those that its certificate is for (RFC 9525).
///
/// NIOSSL takes a certificate for the peer's address whatever name was wanted, so whoever answers the look-up of a name
/// could be the server by a certificate for an address of his own. What this accepts is for the name.
public struct ReferenceIdentifier: Sendable {
    /// The name in lower case, to be stated in the handshake; nil where it is an address, which TLS compares by itself.
    public let name: String?

    /// Takes a name, or an address, which may stand in brackets.
    public init(host: String) {
        let isAddress = host.hasPrefix("[") || IPAddress(host) != nil
        let rooted = host.hasSuffix(".") ? String(host.dropLast()) : host
        name = isAddress ? nil : rooted.lowercased()
    }

    /// Whether a certificate that TLS has taken is for this server, by the DNS names that it states.
    public func isCertified(by presented: some Sequence<String>) -> Bool {
        guard let name else { return true }
        return presented.contains { Self.matches(name, $0) }
    }

    /// Whether a name is the certificate's, in which a star may stand for the first label (RFC 9525, section 6.3).
    private static func matches(_ name: String, _ certified: String) -> Bool {
        let certified = certified.lowercased()
        guard certified.hasPrefix("*.") else { return certified == name }
        guard let dot = name.firstIndex(of: ".") else { return false }
        return certified.dropFirst() == name[dot...]
    }
}
