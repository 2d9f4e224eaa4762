import Foundation
import GatewayKit

/// A web origin as browsers state it (RFC 6454, section 6.2): scheme, host, and a port that is not the scheme's own.
struct Origin: Hashable, Sendable {
    let text: String

    /// Takes it in that spelling alone, since it is compared byte by byte; throws an `InputRefusal` that says the right
    /// one.
    init(_ typed: String) throws(InputRefusal) {
        guard typed.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), let parts = URLComponents(string: typed),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.host?.lowercased(), !host.isEmpty, parts.user == nil, parts.password == nil,
            parts.query == nil, parts.fragment == nil, ["", "/"].contains(parts.percentEncodedPath),
            parts.port.map({ (1...65535).contains($0) }) ?? true
        else { throw InputRefusal("invalid_origin", "must be an origin such as https://app.example.com") }
        let isUsualPort = parts.port == (scheme == "https" ? 443 : 80)
        let port = isUsualPort ? "" : parts.port.map { ":\($0)" } ?? ""
        text = "\(scheme)://\(host)\(port)"
        guard typed == text else {
            throw InputRefusal("invalid_origin", "must be spelled as browsers do: \(text)")
        }
    }
}

extension Settings where Value == Origin {
    /// An origin.
    static var origin: Self {
        Settings<String>.text(noun: "an origin such as https://app.example.com", pattern: "^https?://[^/?#@ ]+$")
            .compactMap { text throws(InputRefusal) in try Origin(text) }
    }
}
