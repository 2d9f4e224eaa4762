import GatewayAccess
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

/// How a reverse proxy asks whether a request may pass: where it puts that request, and which answers it understands.
public enum Dialect: String, CaseIterable, Sendable {
    /// `auth_request` understands 200, 401 and 403, and keeps the answer to itself.
    case nginx
    /// `forward_auth` takes any 2xx for a yes, and relays everything else.
    case caddy
    /// ForwardAuth does so too.
    case traefik
    /// The auth-request script; the configuration relays the answer or a part of it.
    case haproxy
    /// The HTTP authorization filter takes 200 for a yes, and relays everything else. It sends the request itself, with
    /// the path behind a prefix.
    case envoy

    /// The path that is asked.
    var path: String { "/auth/verify/\(rawValue)" + (self == .envoy ? "/**" : "") }

    /// Whether what is not a 200 goes to the client as it is.
    var relays: Bool { self != .nginx }

    /// The header fields that state the original request, none for a proxy that sends the request itself.
    private var fields: [ExpressRequest.Field] {
        switch self {
        case .nginx: [.originalURL, .originalMethod]
        case .caddy, .traefik, .haproxy: [.forwardedMethod, .forwardedProto, .forwardedHost, .forwardedURI]
        case .envoy: []
        }
    }

    /// The request that the proxy asks about; throws ``Problem`` for one that nobody can tell for sure: it comes from
    /// nobody trusted, or a field is missing, doubled, malformed or spelled with underscores, which some servers read
    /// as hyphens.
    func question(in request: Request, _ exchange: Exchange) throws(Problem) -> ProxyQuestion {
        guard exchange.isPeerTrusted else { throw Self.refusal("the peer is none of server.trusted_proxies") }
        guard !request.headers.contains(where: isUnderscored) else {
            throw Self.refusal("a field's name has underscores")
        }
        do throws(URLRefusal) {
            guard self == .envoy else {
                return try question(from: exchange.clientAddress) { field throws(URLRefusal) in
                    let values = request.headers[values: field.name]
                    guard values.count == 1 else {
                        throw URLRefusal("\(field.name.rawName) \(values.isEmpty ? "is missing" : "stands twice")")
                    }
                    return values[0]
                }
            }
            let schemes = request.headers[values: ExpressRequest.Field.forwardedProto.name]
            let isScheme = schemes.count == 1 && AbsoluteURL.isScheme(schemes[0].utf8.span)
            return try ProxyQuestion(
                exchange.method.rawValue, isScheme ? schemes[0] : "https", request.head.authority ?? "",
                String((request.head.path ?? "").dropFirst("/auth/verify/envoy".utf8.count)),
                from: exchange.clientAddress)
        } catch {
            throw Self.refusal(error.reason)
        }
    }

    /// The same in the express lane; nil where it is not stated clearly, and for a proxy that states it by its path.
    func question(in request: ExpressRequest, from client: IPAddress?) -> ProxyQuestion? {
        guard self != .envoy else { return nil }
        return try? question(from: client) { field throws(URLRefusal) in
            guard let value = request.text(field) else { throw URLRefusal("a field is missing") }
            return value
        }
    }

    /// Reads the request out of the fields that state it, each of which stands once.
    private func question(
        from client: IPAddress?, _ value: (ExpressRequest.Field) throws(URLRefusal) -> String
    ) throws(URLRefusal) -> ProxyQuestion {
        if self == .nginx {
            return try ProxyQuestion(value(.originalMethod), url: value(.originalURL), from: client)
        }
        return try ProxyQuestion(
            value(.forwardedMethod), value(.forwardedProto), value(.forwardedHost), value(.forwardedURI), from: client)
    }

    private func isUnderscored(_ field: HTTPField) -> Bool {
        let name = field.name.canonicalName
        guard name.utf8.contains(UInt8(ascii: "_")) else { return false }
        let meant = name.replacing("_", with: "-")
        return fields.contains { $0.name.canonicalName == meant }
    }

    private static func refusal(_ reason: String) -> Problem {
        Problem.malformedRequest("The proxy does not say clearly which request it asks about.").because(reason)
    }
}

/// What a proxy asks about.
struct ProxyQuestion: Sendable {
    let request: AccessRequest
    private let scheme: String
    private let host: String
    private let target: String

    init(_ method: String, url: String, from client: IPAddress?) throws(URLRefusal) {
        (scheme, host, target) = ("", "", url)
        request = try AccessRequest(
            checking: method, url: try CanonicalURL(absolute: url.utf8.span), clientAddress: client)
    }

    init(
        _ method: String, _ scheme: String, _ host: String, _ target: String, from client: IPAddress?
    ) throws(URLRefusal) {
        guard AbsoluteURL.isScheme(scheme.utf8.span) else { throw URLRefusal("a scheme that is none") }
        (self.scheme, self.host, self.target) = (scheme, host, target)
        request = try AccessRequest(
            checking: method, url: try CanonicalURL(host: host.utf8.span, target: target.utf8.span),
            clientAddress: client)
    }

    /// The URL as the client spelled it, for the way back from a login page.
    var wanted: String { scheme.isEmpty ? target : "\(scheme)://\(host)\(target)" }
}
