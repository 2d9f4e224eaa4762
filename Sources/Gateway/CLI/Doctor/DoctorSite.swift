import GatewayKit

/// The site that `doctor` examines: a URL that is protected, and where the proxy in front of it is reached.
struct DoctorSite: Sendable {
    /// `https` or `http`.
    let scheme: String
    /// The host in lower case, an IPv6 address in brackets.
    let host: String
    let port: Int
    /// The path as it was typed, at least `/`.
    let path: String
    /// The query with its question mark; empty where there is none.
    let query: String
    /// Where requests are sent.
    let destination: ListenAddress

    /// Takes an absolute URL, and another place to connect to than its host, if any.
    init(_ typed: String, connectingTo place: String? = nil) throws(Failure) {
        let wanted = "URL must be absolute, such as https://app.example.com/page, without a user and a fragment"
        guard let parts = typed.wholeMatch(of: #/(?i)(https?)://([^\/?#@\\]+)(\/[^?#]*)?(\?[^#]*)?/#),
            typed.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else { throw Failure(wanted, status: ExitStatus.wrongUsage) }
        scheme = parts.1.lowercased()
        let authority = parts.2.lowercased()
        let address = ListenAddress(authority) ?? ListenAddress("\(authority):\(scheme == "https" ? 443 : 80)")
        guard case .tcp(let name, let port) = address, port > 0 else {
            throw Failure(wanted, status: ExitStatus.wrongUsage)
        }
        host = name.contains(":") ? "[\(name)]" : name
        self.port = port
        path = parts.3.map(String.init) ?? "/"
        query = parts.4.map(String.init) ?? ""
        guard let place else {
            destination = .tcp(host: name, port: port)
            return
        }
        guard let other = ListenAddress(place) else {
            throw Failure(
                "--connect must be an address such as 127.0.0.1:443, or unix:/path", status: ExitStatus.wrongUsage)
        }
        destination = other
    }

    var isSecure: Bool { scheme == "https" }

    /// What a `Host` field says: the port where it is not the scheme's own.
    var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// Who a certificate must be for.
    var server: ReferenceIdentifier { ReferenceIdentifier(host: host) }

    /// The request that everything else is compared with.
    var plain: Probe { Probe(target: path + query, hosts: [authority]) }
}

extension DoctorSite: CustomStringConvertible {
    var description: String { "\(scheme)://\(authority)\(path)\(query)" }
}
