public import GatewayKit
import HTTPTypes

/// Prints a route as operations of its path.
enum OpenAPIOperation {
    typealias Member = JSONValue.Member

    /// The methods that OpenAPI 3.1 knows. It has no word for "any", so such a route is printed under each of them.
    private static let methods: [HTTPRequest.Method] = [.get, .put, .post, .delete, .options, .head, .patch, .trace]

    /// The operations of a route by their methods.
    static func members(of route: RouteDeclaration) -> [Member] {
        guard let method = route.method else {
            return methods.map { method in
                let name = method == .get ? route.operation : route.operation + "By" + capitalized(method)
                return Member(method.rawValue.lowercased(), operation(route, method, name))
            }
        }
        return [Member(method.rawValue.lowercased(), operation(route, method, route.operation))]
    }

    private static func operation(_ route: RouteDeclaration, _ method: HTTPRequest.Method, _ name: String) -> JSONValue
    {
        var members = [
            Member("operationId", .string(name)), Member("summary", .string(String(route.summary.dropLast()))),
        ]
        if let topic = route.notes.topic { members.insert(Member("tags", [.string(topic)]), at: 0) }
        if !route.notes.details.isEmpty { members.append(Member("description", .string(route.notes.details))) }
        let all = parameters(of: route) + queryParameters(of: route) + headerParameters(of: route)
        if !all.isEmpty { members.append(Member("parameters", .array(all))) }
        if let input = route.input { members.append(Member("requestBody", requestBody(input, route))) }
        members.append(Member("responses", .object(responses(of: route, isHead: method == .head))))
        let security: JSONValue =
            switch route.security {
            case .none: []
            case .bearer: [["bearer": []]]
            case .bearerOrNothing, .bearerOrField: [["bearer": []], [:]]
            }
        members.append(Member("security", security))
        return .object(members)
    }

    private static func queryParameters(of route: RouteDeclaration) -> [JSONValue] {
        route.query.map { field in
            [
                "name": .string(field.name), "in": "query", "required": .boolean(field.isRequired),
                "description": .string(field.summary), "schema": OpenAPISchemas.parameter(field),
            ]
        }
    }

    private static func headerParameters(of route: RouteDeclaration) -> [JSONValue] {
        route.notes.headers.map { header in
            [
                "name": .string(header.name.rawName), "in": "header", "required": false,
                "description": .string(header.summary),
                "schema": .object(
                    [Member("type", "string")] + (header.pattern.map { [Member("pattern", .string($0))] } ?? [])
                        + [Member("examples", [.string(header.example)])]),
            ]
        }
    }

    private static func parameters(of route: RouteDeclaration) -> [JSONValue] {
        route.path.documentedParameters.map { name in
            var members = [Member("name", .string(name)), Member("in", "path"), Member("required", true)]
            var schema = [Member("type", "string"), Member("minLength", 1)]
            if let parameter = route.notes.parameters.first(where: { $0.name == name }) {
                members.append(Member("description", .string(parameter.summary)))
                if !parameter.values.isEmpty {
                    schema = [
                        Member("type", "string"), Member("enum", .array(parameter.values.map { .string($0) })),
                    ]
                }
                schema.append(Member("examples", [.string(parameter.example)]))
            }
            return .object(members + [Member("schema", .object(schema))])
        }
    }

    private static func requestBody(_ input: InputShape, _ route: RouteDeclaration) -> JSONValue {
        let content = input.formats.map { format in
            let schema = OpenAPISchemas.reference(OpenAPISchemas.name(of: format, in: input, of: route))
            return Member(format.rawValue, ["schema": schema, "example": input.example])
        }
        return ["required": .boolean(input.isRequired), "content": .object(content)]
    }

    /// The answers and the refusals by status, in the order of the statuses. HEAD is answered without a body.
    private static func responses(of route: RouteDeclaration, isHead: Bool) -> [Member] {
        let answers = Dictionary(grouping: route.answers, by: \.status.code).map { status, answers in
            let isShared = route.method == nil && (!isHead || answers.allSatisfy(\.contents.isEmpty))
            let shared = isShared ? OpenAPIRefusals.reference(sharedName(of: route, status)) : nil
            return (status: status, response: shared ?? response(answers, isHead: isHead))
        }
        let refusals = OpenAPIRefusals.groups(of: route).filter { group in
            !answers.contains { $0.status == group.status }
        }
        .map { group in
            (
                status: group.status,
                response: isHead ? OpenAPIRefusals.response(group, publicURL: nil) : group.reference
            )
        }
        return (answers + refusals).sorted { $0.status < $1.status }.map { Member(String($0.status), $0.response) }
    }

    /// The answers of routes that stand under several methods, once.
    static func sharedResponses(of routes: [RouteDeclaration]) -> [Member] {
        routes.filter { $0.method == nil }.flatMap { route in
            Dictionary(grouping: route.answers, by: \.status.code).sorted { $0.key < $1.key }
                .map { Member(sharedName(of: route, $0.key), response($0.value, isHead: false)) }
        }
    }

    private static func sharedName(of route: RouteDeclaration, _ status: Int) -> String {
        "\(route.operation).\(status)"
    }

    /// The answers of one status together; a header field is promised where each of them has it.
    private static func response(_ answers: [RouteDeclaration.Answer], isHead: Bool) -> JSONValue {
        var headers = [Member("X-Request-ID", OpenAPIRefusals.requestID)]
        for header in answers[0].headers where answers.allSatisfy({ $0.headers.contains { $0.name == header.name } }) {
            let isSame = answers.allSatisfy { $0.headers.contains(header) }
            let value = isSame ? header.value : nil
            headers.append(
                Member(
                    header.name.rawName,
                    [
                        "description": .string(header.summary), "required": true,
                        "schema": value.map { ["type": "string", "const": .string($0)] } ?? ["type": "string"],
                    ]))
        }
        var members = [
            Member("description", .string(answers.map(\.summary).joined(separator: " "))),
            Member("headers", .object(headers)),
        ]
        let contents = answers.flatMap(\.contents)
        if !contents.isEmpty, !isHead {
            members.append(
                Member("content", .object(contents.map { Member($0.type, OpenAPISchemas.media($0)) })))
        }
        return .object(members)
    }

    private static func capitalized(_ method: HTTPRequest.Method) -> String { method.rawValue.capitalized }
}

extension String {
    /// The text with its first letter as a capital and the others small.
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst().lowercased() }
}

extension InputShape {
    /// A body that can be taken, in JSON.
    public var example: JSONValue {
        .object(fields.map { JSONValue.Member($0.name, $0.content.example) })
    }
}
