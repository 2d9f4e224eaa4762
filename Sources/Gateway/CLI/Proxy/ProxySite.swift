import GatewayAccess
import GatewayHTTP
import GatewayKit

/// An application behind a reverse proxy, as far as the proxy's configuration needs it.
struct ProxySite: Sendable {
    /// The name that people reach the application by.
    let host: String
    /// Where the application listens.
    let upstream: ListenAddress
    /// Where the gateway is reached from this machine.
    let gateway: ListenAddress
    /// The host of `public_url`; the application's own while that is still on localhost.
    let publicHost: String
    /// Whether browsers are sent to a login page.
    let hasLoginPage: Bool
    /// What has to be mended before it works.
    let warnings: [String]

    /// Whether the gateway's API is shown under the application's own name.
    var sharesHost: Bool { publicHost == host }

    init(host: String, upstream: String, settings: GatewaySettings) throws(Failure) {
        let server = settings.server
        guard Self.isName(host) else {
            throw Failure("--host must be a name such as app.example.com", status: ExitStatus.wrongUsage)
        }
        guard let application = ListenAddress(upstream), Self.isPlain(application) else {
            throw Failure(
                "--upstream must be an address such as 127.0.0.1:3000, or unix:/path", status: ExitStatus.wrongUsage)
        }
        guard Self.isPlain(server.listen) else {
            throw Failure("server.listen names no port, or a path that a proxy's configuration cannot hold")
        }
        self.host = host.lowercased()
        self.upstream = application
        gateway = server.listen.fromThisMachine
        publicHost = server.publicURL.scheme == "https" ? server.publicURL.host : self.host
        hasLoginPage = settings.access.login.url != nil
        warnings = Self.warnings(server, host: self.host)
    }

    private static func warnings(_ server: ServerSettings, host: String) -> [String] {
        var warnings: [String] = []
        if server.publicURL.scheme != "https" {
            warnings.append(
                "server.public_url is \(server.publicURL): set it to https://\(host), or where people reach it")
        }
        let (peer, entry): (Peer, String) =
            switch server.listen {
            case .unix: (.unixSocket, "unix")
            case .tcp: (IPAddress("127.0.0.1").map { .address($0) } ?? .unknown, "127.0.0.0/8")
            }
        if !server.trustedProxies.trust(peer) {
            warnings.append("server.trusted_proxies does not name \(entry), where a proxy on this machine comes from")
        }
        return warnings
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isLetterOrDigit($0) || ".-".utf8.contains($0) }
    }

    /// Whether an address is of characters that mean themselves in every configuration, with a port if any.
    private static func isPlain(_ address: ListenAddress) -> Bool {
        switch address {
        case .tcp(_, let port): port > 0
        case .unix(let path):
            path.hasPrefix("/") && path.utf8.allSatisfy { isLetterOrDigit($0) || "/._-".utf8.contains($0) }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension ListenAddress {
    /// Where a server that listens here is reached by others on its machine.
    fileprivate var fromThisMachine: ListenAddress {
        switch self {
        case .tcp("0.0.0.0", let port): .tcp(host: "127.0.0.1", port: port)
        case .tcp("::", let port): .tcp(host: "::1", port: port)
        case .tcp, .unix: self
        }
    }
}
