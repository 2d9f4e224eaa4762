public import GatewayKit
import HTTPTypes

/// The OpenAPI 3.1 document of some routes, printed from their declarations: the same routes give the same bytes.
///
/// `OpenAPIOperation` prints a route, `OpenAPISchemas` what bodies hold, `OpenAPIRefusals` the refusals.
public struct OpenAPIDocument: Sendable {
    /// The document in JSON, its keys in a fixed order.
    public let text: String

    /// Prints the routes in their order, under the address that people reach them at.
    public init(routes: [RouteDeclaration], publicURL: PublicURL, version: String) {
        var topics: [String] = []
        for topic in routes.compactMap(\.notes.topic) where !topics.contains(topic) { topics.append(topic) }
        let document: JSONValue = [
            "openapi": "3.1.0",
            "info": [
                "title": "Auth Gateway", "version": .string(version),
                "summary": "Accounts, sessions, and the question whether a request may pass.",
                "description": .string(Self.description),
                "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .string(publicURL.text)]],
            "tags": .array(topics.map { ["name": .string($0)] }),
            "paths": Self.paths(routes),
            "components": [
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                        "description": "An access token, from logging in or refreshing.",
                    ]
                ],
                "headers": OpenAPIRefusals.headers,
                "schemas": .object(OpenAPISchemas.components(of: routes) + OpenAPIRefusals.schemas(publicURL)),
                "responses": .object(
                    OpenAPIOperation.sharedResponses(of: routes) + OpenAPIRefusals.responses(of: routes, publicURL)),
            ],
        ]
        text = document.indented + "\n"
    }

    private static let description = """
        Every refusal is a problem document (RFC 9457) with a stable `code`. Fields that a body has beside the \
        documented ones are ignored, but where its schema forbids them. JSON is read strictly: a name that stands twice, invalid UTF-8, lone surrogates \
        and NUL are refused, and so is what is nested more than 64 levels deep. A missing or bad access token is \
        refused first; then a body's type, its size, its syntax, and all its fields at once. Answers may get more \
        fields in later versions.
        """

    /// The routes of each path together, the paths in the order in which they first come.
    private static func paths(_ routes: [RouteDeclaration]) -> JSONValue {
        var paths: [RoutePattern] = []
        for route in routes where !paths.contains(route.path) { paths.append(route.path) }
        return .object(
            paths.map { path in
                let operations = routes.filter { $0.path == path }.flatMap(OpenAPIOperation.members)
                return JSONValue.Member(path.documented, .object(operations))
            })
    }
}

extension RouteDeclaration {
    /// The operation's name in documents: the declared one, or one of the method and the path.
    public var operation: String {
        if let operation = notes.operation { return operation }
        let words = path.description.split { !$0.isLetter && !$0.isNumber }.map {
            $0.prefix(1).uppercased() + $0.dropFirst()
        }
        return (method?.rawValue.lowercased() ?? "any") + words.joined()
    }

    /// The name of what belongs to the operation, such as `LogIn`.
    var operationType: String { operation.prefix(1).uppercased() + operation.dropFirst() }
}
