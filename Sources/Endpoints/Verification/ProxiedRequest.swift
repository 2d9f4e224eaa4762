import GatewayAccess
import GatewayHTTP
public import GatewayKit
public import HTTPTypes

/// A client's request to an application behind a reverse proxy, and what each proxy makes of it when it asks whether
/// that may pass: the other side of ``Dialect``, for tools that show what the gateway says.
public struct ProxiedRequest: Sendable {
    private let method: HTTPRequest.Method
    private let scheme: String
    private let host: String
    private let target: String
    private let client: IPAddress
    private let fields: HTTPFields

    /// Takes the method, the absolute URL as the client spells it, the client's address, the token that it shows if
    /// any, and whether it is a browser that wants a page to show; nil for what no client can send.
    public init?(method: String, url: String, from client: IPAddress, bearer token: String?, isNavigation: Bool) {
        guard let method = HTTPRequest.Method(method), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let parts = AbsoluteURL(url.utf8.span)
        else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: Array(url.utf8)[range], as: UTF8.self) }
        self.method = method
        (scheme, host, target) = (text(parts.scheme).lowercased(), text(parts.authority), text(parts.target))
        self.client = client
        var fields = HTTPFields()
        if let token { fields[.authorization] = "Bearer \(token)" }
        if isNavigation {
            fields[.accept] = "text/html"
            fields[.secFetchMode] = "navigate"
        }
        self.fields = fields
    }

    /// What a proxy that is told as `auth-gateway proxy` prints sends to the gateway about this request. Where it takes
    /// a connection of its own to the gateway, `gateway` is the host that it names there.
    public func question(in dialect: Dialect, to gateway: String = "auth-gateway") -> HTTPRequest {
        var question = HTTPRequest(
            method: dialect == .envoy ? method : .get, scheme: nil, authority: host,
            path: "/auth/verify/\(dialect.rawValue)", headerFields: fields)
        question.headerFields[.forwardedFor] = client.description
        question.headerFields[.forwardedProto] = scheme
        switch dialect {
        case .nginx:
            // `$host` has neither the port nor the case.
            question.authority = bareHost
            question.headerFields[.originalURL] = "\(scheme)://\(bareHost)\(target)"
            question.headerFields[.originalMethod] = method.rawValue
        case .caddy, .traefik, .haproxy:
            if dialect != .caddy { question.authority = gateway }
            question.headerFields[.forwardedMethod] = method.rawValue
            question.headerFields[.forwardedHost] = host
            question.headerFields[.forwardedURI] = target
        case .envoy:
            question.path = "/auth/verify/envoy" + target
        }
        return question
    }

    /// The host in lower case, without its port and a dot at its end, as nginx has it.
    private var bareHost: String {
        var host = host.lowercased()[...]
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") { host = host[..<colon] }
        if host.hasSuffix(".") { host.removeLast() }
        return String(host)
    }
}

extension HTTPField.Name {
    static let secFetchMode = Self(constant: "Sec-Fetch-Mode")
    fileprivate static let forwardedProto = ExpressRequest.Field.forwardedProto.name
    fileprivate static let forwardedMethod = ExpressRequest.Field.forwardedMethod.name
    fileprivate static let forwardedHost = ExpressRequest.Field.forwardedHost.name
    fileprivate static let forwardedURI = ExpressRequest.Field.forwardedURI.name
    fileprivate static let originalURL = ExpressRequest.Field.originalURL.name
    fileprivate static let originalMethod = ExpressRequest.Field.originalMethod.name
}
