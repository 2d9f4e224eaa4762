/// The cookie by which a browser shows its session: an opaque value, of which the store has the hash.
public enum SessionCookie {
    /// The cookie's name in a deployment at that address. A prefix keeps other hosts, and pages without TLS, from
    /// setting one (RFC 6265bis, section 4.1.3); only on localhost without TLS there can be none.
    public static func name(under publicURL: PublicURL, isForDomain: Bool = false) -> String {
        guard publicURL.scheme == "https" else { return plainName }
        return (isForDomain ? "__Secure-" : "__Host-") + plainName
    }

    private static let plainName = "gateway_session"
}
