import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

/// What apps and reverse proxies ask about a request's credential.
extension GatewayRoutes {
    static let valid = Answer.empty(.ok, "It is; the identity headers say whose.", headers: identity + [.noStore])
    static let passing = Answer.empty(
        .ok, "It may; the identity headers say whose it is.", headers: identity + [.noStore])

    /// The fields of every 200, in their order.
    private static let identity: [AnswerHeader] = [
        .varying(HTTPField.Name(constant: "Remote-User"), "The user name; empty where there is none."),
        .varying(HTTPField.Name(constant: "Remote-Subject"), "The account's id; empty where there is none."),
        .varying(HTTPField.Name(constant: "Remote-Email"), "The address, where it is verified; else empty."),
        .varying(HTTPField.Name(constant: "Remote-Name"), "The name to show; empty where there is none."),
        .varying(HTTPField.Name(constant: "Remote-Groups"), "The groups, separated by commas; perhaps empty."),
    ]

    var verify: Route<Void> {
        Route(
            nil, "/auth/verify", "Says whether the request's credential is valid, and whose it is.",
            notes: RouteNotes(
                "verify", topic: Topic.verification,
                "Takes any method alike, and an API key or the session cookie in place of an access token; a key that "
                    + "is for some paths alone does not pass here, where no path is known. Characters of the identity "
                    + "headers other than printable ASCII, and '%', are percent-encoded."),
            security: .bearer, answers: [Self.valid.declaration], refusals: [.invalidToken, .forbidden])
    }

    /// nginx understands 200, 401 and 403, takes anything else for an error, and drops its kept-alive connection to the
    /// gateway after any body; so its dialect is answered 200, 401, 403 or 503 without one, whoever refuses: the
    /// endpoint, a stage of the pipeline or the front door. The other proxies relay what is not a yes to the client.
    func verify(for dialect: Dialect) -> Route<Void> {
        let isNginx = dialect == .nginx
        let refused: [RouteDeclaration.Answer] =
            isNginx
            ? [
                .init(
                    .unauthorized, "It has no valid credential; for a browser Location is the login page, if any.",
                    headers: [.noStore, .challenge]),
                .init(.forbidden, "The rules do not allow it, or it cannot be understood.", headers: [.noStore]),
                .init(.serviceUnavailable, "Nobody can tell now, or a limit is used up.", headers: [.noStore]),
            ]
            : [
                .init(.found, "It has no valid credential: to the login page.", headers: [.noStore, .location]),
                .init(
                    .seeOther, "The same, for a method other than GET and HEAD.", headers: [.noStore, .location]),
            ]
        return Route(
            nil, dialect.path, "Says whether a request may pass, for \(dialect.proxy).",
            notes: RouteNotes(
                "verifyFor\(dialect.rawValue.prefix(1).uppercased() + dialect.rawValue.dropFirst())",
                topic: Topic.verification, dialect.details, parameters: dialect.parameters),
            security: .bearerOrNothing, answers: [Self.passing.declaration] + refused,
            refusals: isNginx ? [] : [.invalidToken, .forbidden], refusalForm: isNginx ? .stated : .problem,
            rendering: { problem, _ in isNginx ? .bare(problem) : nil })
    }
}

extension Dialect {
    fileprivate var proxy: String {
        switch self {
        case .nginx: "nginx's auth_request"
        case .caddy: "Caddy's forward_auth"
        case .traefik: "Traefik's ForwardAuth"
        case .haproxy: "HAProxy's auth-request"
        case .envoy: "Envoy's HTTP authorization filter"
        }
    }

    fileprivate var details: String {
        switch self {
        case .nginx:
            "Takes any method alike, and never answers with a body: nginx drops its connection after one. The request "
                + "is stated by X-Original-URL and X-Original-Method, each once, from a trusted proxy."
        case .caddy, .traefik, .haproxy:
            "Takes any method alike. The request is stated by X-Forwarded-Method, -Proto, -Host and -Uri, each once, "
                + "from a trusted proxy."
        case .envoy:
            "The request itself, from a trusted proxy, its path behind the prefix /auth/verify/envoy."
        }
    }

    fileprivate var parameters: [PathParameter] {
        self == .envoy ? [PathParameter("path", "The path that was asked for.", example: "page")] : []
    }
}

extension AnswerHeader {
    fileprivate static let challenge = varying(
        .wwwAuthenticate, "The scheme, and the error where a token was sent (RFC 6750).")
    fileprivate static let location = varying(.location, "The login page, with the wanted URL as rd.")
}

extension Response {
    /// A refusal in the statuses that nginx understands, with an empty body.
    fileprivate static func bare(_ problem: Problem) -> Response {
        let status: HTTPResponse.Status =
            switch problem.kind.status.code {
            case 401: .unauthorized
            case 429, 500...: .serviceUnavailable
            default: .forbidden
            }
        var headers = problem.headers
        headers[.cacheControl] = "no-store"
        if let seconds = problem.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return Response(status: status, headers: headers)
    }
}
