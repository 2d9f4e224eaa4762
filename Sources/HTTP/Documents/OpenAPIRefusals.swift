import GatewayKit
import HTTPTypes

/// Prints refusals: the problem document once, and each set of kinds that routes answer with one status.
enum OpenAPIRefusals {
    typealias Member = JSONValue.Member

    /// What a route refuses with one status.
    struct Group: Hashable {
        let status: Int
        let kinds: [ProblemKind]
        let hasPage: Bool

        /// The name among the document's responses, such as `invalid_token-or-invalid_credentials`.
        var name: String { (kinds.map(\.code) + (hasPage ? ["page"] : [])).joined(separator: "-or-") }

        var reference: JSONValue { OpenAPIRefusals.reference(name) }
    }

    /// What a route refuses, by status.
    static func groups(of route: RouteDeclaration) -> [Group] {
        Dictionary(grouping: route.allRefusals, by: \.status.code)
            .map { Group(status: $0, kinds: $1, hasPage: route.refusalForm == .problemOrPage) }
            .sorted { $0.status < $1.status }
    }

    /// Each group of the routes once, by status.
    static func responses(of routes: [RouteDeclaration], _ publicURL: PublicURL) -> [Member] {
        let groups = Set(routes.flatMap(groups)).sorted { ($0.status, $0.name) < ($1.status, $1.name) }
        return groups.map { Member($0.name, response($0, publicURL: publicURL)) }
    }

    /// One group's response; without its body where no address is given.
    static func response(_ group: Group, publicURL: PublicURL?) -> JSONValue {
        var headers = [Member("X-Request-ID", requestID), Member("Cache-Control", header("NoStore"))]
        if group.status == 401 { headers.append(Member("WWW-Authenticate", header("WWW-Authenticate"))) }
        if group.kinds.contains(where: { [.tooManyRequests, .busy].contains($0) }) {
            headers.append(Member("Retry-After", header(group.status == 429 ? "Retry-After" : "MayRetryAfter")))
        }
        let meanings = group.kinds.map { kind in "`\(kind.code)`: \(kind.explanation?.meaning ?? "\(kind.title).")" }
        var members = [
            Member("description", .string(meanings.joined(separator: "\n\n"))), Member("headers", .object(headers)),
        ]
        guard let publicURL else { return .object(members) }
        let schema: JSONValue = [
            "allOf": [
                OpenAPISchemas.reference("Problem"),
                [
                    "properties": [
                        "status": ["const": .number(String(group.status))],
                        "code": ["enum": .array(group.kinds.map { .string($0.code) })],
                    ]
                ],
            ]
        ]
        let examples = group.kinds.map { Member($0.code, ["value": example(of: $0, publicURL)]) }
        var content = [Member("application/problem+json", ["schema": schema, "examples": .object(examples)])]
        if group.hasPage { content.append(Member("text/html", ["schema": ["type": "string"]])) }
        members.append(Member("content", .object(content)))
        return .object(members)
    }

    /// The schemas of a problem document.
    static func schemas(_ publicURL: PublicURL) -> [Member] {
        let error: JSONValue = [
            "description": "A field of the input at fault.", "type": "object",
            "properties": [
                "pointer": text(
                    "Where the field is in the body or the query, as a JSON Pointer (RFC 6901).", "/password"),
                "code": text("The stable word for programs.", "too_short"),
                "detail": text(
                    "A sentence for a person, which never repeats the value.", "must have at least 8 characters"),
            ],
            "required": ["pointer", "code", "detail"],
        ]
        let problem: JSONValue = [
            "description": "A refusal (RFC 9457).", "type": "object",
            "properties": [
                "type": [
                    "description": "A page that explains the code in plain words.", "type": "string", "format": "uri",
                    "examples": [.string("\(publicURL)/problems/invalid_token")],
                ],
                "title": text("The kind of refusal in a few words.", "Invalid access token"),
                "status": ["description": "The status of the answer.", "type": "integer", "examples": [401]],
                "detail": text("A sentence for a person, which never holds a secret.", "An access token is needed."),
                "code": text("The stable word for programs.", "invalid_token"),
                "request_id": text("Under this id the gateway's log says more.", "mfzwizlsmvxgk3tfnzxxe2lomu"),
                "errors": [
                    "description": "Every field of the input at fault.", "type": "array",
                    "items": OpenAPISchemas.reference("InputProblem"),
                ],
                "retry_after": [
                    "description": "When it is worth another try, in seconds, as the header says it.",
                    "type": "integer", "minimum": 1,
                ],
            ],
            "required": ["type", "title", "status", "detail", "code", "request_id"],
        ]
        return [Member("Problem", problem), Member("InputProblem", error)]
    }

    /// The header fields that answers share.
    static let headers: JSONValue = [
        "RequestID": [
            "description": "The request's id, which a trusted proxy may set.", "required": true,
            "schema": ["type": "string", "pattern": "^[A-Za-z0-9._-]{8,128}$"],
        ],
        "NoStore": [
            "description": "No cache keeps a refusal.", "required": true,
            "schema": ["type": "string", "const": "no-store"],
        ],
        "WWW-Authenticate": [
            "description": "The scheme, and the error where a token was sent (RFC 6750).", "required": true,
            "schema": ["type": "string", "pattern": "^Bearer realm="],
        ],
        "Retry-After": [
            "description": "Seconds to wait.", "required": true, "schema": ["type": "integer", "minimum": 1],
        ],
        "MayRetryAfter": [
            "description": "Seconds to wait, where the gateway can tell.",
            "schema": ["type": "integer", "minimum": 1],
        ],
    ]

    static let requestID = header("RequestID")

    /// A reference to a named response.
    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/responses/\(name)")] }

    private static func header(_ name: String) -> JSONValue { ["$ref": .string("#/components/headers/\(name)")] }

    private static func text(_ summary: String, _ example: JSONValue) -> JSONValue {
        ["description": .string(summary), "type": "string", "examples": [example]]
    }

    private static func example(of kind: ProblemKind, _ publicURL: PublicURL) -> JSONValue {
        var members = [
            Member("type", .string("\(publicURL)/problems/\(kind.code)")), Member("title", .string(kind.title)),
            Member("status", .number(String(kind.status.code))),
            Member("detail", .string(kind.explanation?.meaning ?? "\(kind.title).")),
            Member("code", .string(kind.code)), Member("request_id", "mfzwizlsmvxgk3tfnzxxe2lomu"),
        ]
        if kind == .invalidInput {
            members.append(
                Member(
                    "errors",
                    [
                        [
                            "pointer": "/password", "code": "too_short",
                            "detail": "must have at least 8 characters",
                        ]
                    ]))
        }
        if [.tooManyRequests, .busy].contains(kind) { members.append(Member("retry_after", 30)) }
        return .object(members)
    }
}
