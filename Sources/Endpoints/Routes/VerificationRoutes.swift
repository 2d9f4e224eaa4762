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
            nil, "/auth/verify", "Says whether the request's access token is valid, and whose it is.",
            notes: RouteNotes(
                "verify", topic: Topic.verification,
                "Takes any method alike. Characters of the identity headers other than printable ASCII, and '%', are "
                    + "percent-encoded."),
            security: .bearer, answers: [Self.valid.declaration], refusals: [.invalidToken])
    }

    /// nginx understands 200, 401 and 403, takes anything else for an error, and drops its kept-alive connection to the
    /// gateway after any body; so this answers 200, 401, 403 or 503 without one, whoever refuses: the endpoint, a stage
    /// of the pipeline or the front door.
    var verifyForNginx: Route<Void> {
        Route(
            nil, "/auth/verify/nginx", "Says whether a request may pass, for nginx's auth_request.",
            notes: RouteNotes(
                "verifyForNginx", topic: Topic.verification,
                "Takes any method alike, and never answers with a body: nginx drops its connection after one."),
            security: .bearer,
            answers: [
                Self.passing.declaration,
                .init(.unauthorized, "It has no valid credential.", headers: [.noStore, .challenge]),
                .init(.forbidden, "It cannot be understood.", headers: [.noStore]),
                .init(.serviceUnavailable, "Nobody can tell now, or a limit is used up.", headers: [.noStore]),
            ], refusalForm: .stated, rendering: { problem, _ in .bare(problem) })
    }
}

extension AnswerHeader {
    fileprivate static let challenge = varying(
        .wwwAuthenticate, "The scheme, and the error where a token was sent (RFC 6750).")
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
