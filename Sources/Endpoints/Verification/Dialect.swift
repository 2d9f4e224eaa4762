import GatewayAccess
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird
import NIOCore

/// How a reverse proxy asks whether a request may pass: where it puts that request, and which answers it understands.
enum Dialect: String, CaseIterable, Sendable {
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
    private var fields: [HTTPField.Name] {
        switch self {
        case .nginx: [.originalURL, .originalMethod]
        case .caddy, .traefik, .haproxy:
            [.forwardedMethod, .forwardedProto, .forwardedHost, .forwardedURI]
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
            switch self {
            case .nginx:
                let url = try single(.originalURL, request)
                let method = try Self.method(single(.originalMethod, request))
                return ProxyQuestion(
                    AccessRequest(
                        method: method, url: try CanonicalURL(absolute: url.utf8.span),
                        clientAddress: exchange.clientAddress), wanting: url)
            case .caddy, .traefik, .haproxy:
                let scheme = try single(.forwardedProto, request)
                guard AbsoluteURL.isScheme(scheme.utf8.span) else { throw URLRefusal("a scheme that is none") }
                return try question(
                    try Self.method(single(.forwardedMethod, request)), scheme, single(.forwardedHost, request),
                    single(.forwardedURI, request), exchange)
            case .envoy:
                let target = (request.head.path ?? "").dropFirst("/auth/verify/envoy".utf8.count)
                let scheme = request.headers[values: .forwardedProto]
                return try question(
                    try Self.method(exchange.method.rawValue),
                    scheme.count == 1 && AbsoluteURL.isScheme(scheme[0].utf8.span) ? scheme[0] : "https",
                    request.head.authority ?? "", String(target), exchange)
            }
        } catch {
            throw Self.refusal(error.reason)
        }
    }

    /// The request that a question of the express lane is about; nil where it is not stated clearly, and for a proxy
    /// that states it by its path.
    func question(in request: ExpressRequest, from client: IPAddress?) -> AccessRequest? {
        let span = request.bytes.readableBytesUInt8Span
        let stated = request.text(self == .nginx ? .originalMethod : .forwardedMethod)
        guard let method = stated.flatMap({ try? Self.method($0) }) else { return nil }
        switch self {
        case .nginx:
            guard let value = request.value(.originalURL),
                let url = try? CanonicalURL(absolute: span.extracting(value))
            else { return nil }
            return AccessRequest(method: method, url: url, clientAddress: client)
        case .caddy, .traefik, .haproxy:
            guard let scheme = request.value(.forwardedProto), AbsoluteURL.isScheme(span.extracting(scheme)),
                let host = request.value(.forwardedHost), let target = request.value(.forwardedURI),
                let url = try? CanonicalURL(host: span.extracting(host), target: span.extracting(target))
            else { return nil }
            return AccessRequest(method: method, url: url, clientAddress: client)
        case .envoy: return nil
        }
    }

    private func question(
        _ method: String, _ scheme: String, _ host: String, _ target: String, _ exchange: Exchange
    ) throws(URLRefusal) -> ProxyQuestion {
        let url = try CanonicalURL(host: host.utf8.span, target: target.utf8.span)
        return ProxyQuestion(
            AccessRequest(method: method, url: url, clientAddress: exchange.clientAddress),
            wanting: "\(scheme)://\(host)\(target)")
    }

    private func single(_ name: HTTPField.Name, _ request: Request) throws(URLRefusal) -> String {
        let values = request.headers[values: name]
        guard values.count == 1 else {
            throw URLRefusal(values.isEmpty ? "\(name.rawName) is missing" : "\(name.rawName) stands twice")
        }
        return values[0]
    }

    private func isUnderscored(_ field: HTTPField) -> Bool {
        let name = field.name.canonicalName
        guard name.utf8.contains(UInt8(ascii: "_")) else { return false }
        let meant = name.replacing("_", with: "-")
        return fields.contains { $0.canonicalName == meant }
    }

    private static func method(_ text: String) throws(URLRefusal) -> String {
        guard (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-") })
        else { throw URLRefusal("a method that is none") }
        return text
    }

    private static func refusal(_ reason: String) -> Problem {
        Problem.malformedRequest("The proxy does not say clearly which request it asks about.").because(reason)
    }
}

/// What a proxy asks about.
struct ProxyQuestion: Sendable {
    let request: AccessRequest
    /// The URL as the client spelled it, for the way back from a login page.
    let wanted: String

    init(_ request: AccessRequest, wanting wanted: String) {
        self.request = request
        self.wanted = wanted
    }
}

extension HTTPField.Name {
    fileprivate static let originalURL = Self(constant: "X-Original-URL")
    fileprivate static let originalMethod = Self(constant: "X-Original-Method")
    fileprivate static let forwardedMethod = Self(constant: "X-Forwarded-Method")
    fileprivate static let forwardedProto = Self(constant: "X-Forwarded-Proto")
    fileprivate static let forwardedHost = Self(constant: "X-Forwarded-Host")
    fileprivate static let forwardedURI = Self(constant: "X-Forwarded-Uri")
}
