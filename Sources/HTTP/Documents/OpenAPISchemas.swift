import GatewayKit

/// Prints what bodies hold as JSON Schema (2020-12).
enum OpenAPISchemas {
    typealias Member = JSONValue.Member

    /// The named schemas that routes use, in the order of the routes.
    static func components(of routes: [RouteDeclaration]) -> [Member] {
        var members: [Member] = []
        func add(_ name: String, _ schema: JSONValue) {
            if !members.contains(where: { $0.name == name }) { members.append(Member(name, schema)) }
        }
        for route in routes {
            for format in route.input?.formats ?? [] {
                guard let input = route.input else { continue }
                add(name(of: format, in: input, of: route), schema(input, format))
            }
            for content in route.answers.flatMap(\.contents) {
                for object in content.shape?.objects ?? [] { add(object.name, schema(object)) }
            }
        }
        return members
    }

    /// A reference to a named schema.
    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// The name of an input's schema. A form has one of its own: it knows neither null nor values that are not texts.
    static func name(of format: BodyFormat, in input: InputShape, of route: RouteDeclaration) -> String {
        route.operationType + (format == .form && input.formats.contains(.json) ? "Form" : "Input")
    }

    /// One body of an answer.
    static func media(_ content: AnswerContent) -> JSONValue {
        guard let shape = content.shape else { return ["schema": ["type": "string"]] }
        guard shape != .anyObject else { return ["schema": .object(schema(shape))] }
        return ["schema": .object(schema(shape)), "example": shape.example]
    }

    private static func schema(_ input: InputShape, _ format: BodyFormat) -> JSONValue {
        var members = [
            Member("type", "object"),
            Member("properties", .object(input.fields.map { Member($0.name, schema($0, format)) })),
        ]
        let required = input.fields.filter(\.isRequired)
        if !required.isEmpty { members.append(Member("required", .array(required.map { .string($0.name) }))) }
        if input.isClosed {
            members.append(Member("additionalProperties", false))
        } else if format == .form {
            members.append(Member("additionalProperties", ["type": "string"]))
        }
        return .object(members)
    }

    /// What a parameter of the query may be.
    static func parameter(_ field: InputFieldShape) -> JSONValue {
        .object((schema(field, .form).object ?? []).filter { $0.name != "description" })
    }

    private static func schema(_ field: InputFieldShape, _ format: BodyFormat) -> JSONValue {
        let content = field.content
        let type: JSONValue =
            switch content.kind {
            case .text: "string"
            case .boolean: "boolean"
            case .wholeNumber: "integer"
            case .texts: "array"
            }
        var members = [
            Member("description", .string(field.summary)),
            Member("type", field.isRequired || format == .form ? type : [type, "null"]),
        ]
        if let range = content.range {
            members.append(Member("minimum", .number(String(range.lowerBound))))
            members.append(Member("maximum", .number(String(range.upperBound))))
        }
        if let counts = content.counts {
            members.append(Member("minItems", .number(String(counts.lowerBound))))
            members.append(Member("maxItems", .number(String(counts.upperBound))))
        }
        if content.kind == .texts {
            members.append(Member("items", .object([Member("type", "string")] + bounds(of: content))))
        } else {
            members += bounds(of: content)
        }
        if content.isSecret { members.append(Member("writeOnly", true)) }
        return .object(members + [Member("examples", [content.example])])
    }

    /// What a text must be, alone or in a list.
    private static func bounds(of content: InputContent) -> [Member] {
        var members: [Member] = []
        if let lengths = content.lengths {
            members.append(Member("minLength", .number(String(lengths.lowerBound))))
            members.append(Member("maxLength", .number(String(lengths.upperBound))))
        }
        if let pattern = content.pattern { members.append(Member("pattern", .string(pattern))) }
        if let format = content.format { members.append(Member("format", .string(format))) }
        return members
    }

    private static func schema(_ object: OutputObject) -> JSONValue {
        let properties = object.fields.map { field in
            var members = [Member("description", .string(field.summary))] + schema(field.shape)
            if let example = field.example { members.append(Member("examples", [example])) }
            return Member(field.name, .object(members))
        }
        return [
            "description": .string(object.summary), "type": "object", "properties": .object(properties),
            "required": .array(object.fields.filter(\.isAlways).map { .string($0.name) }),
        ]
    }

    private static func schema(_ shape: OutputShape) -> [Member] {
        switch shape {
        case .text(let format): [Member("type", "string")] + (format.map { [Member("format", .string($0))] } ?? [])
        case .constant(let text): [Member("type", "string"), Member("const", .string(text))]
        case .wholeNumber: [Member("type", "integer"), Member("minimum", 0)]
        case .boolean: [Member("type", "boolean")]
        case .list(let item): [Member("type", "array"), Member("items", .object(schema(item)))]
        case .optional(let wrapped): orNull(schema(wrapped))
        case .object(let object): [Member("$ref", .string("#/components/schemas/\(object.name)"))]
        case .anyObject: [Member("type", "object")]
        }
    }

    private static func orNull(_ schema: [Member]) -> [Member] {
        guard let type = schema.first(where: { $0.name == "type" }) else {
            return [Member("anyOf", [.object(schema), ["type": "null"]])]
        }
        return [Member("type", [type.value, "null"])] + schema.filter { $0.name != "type" }
    }
}

extension OutputShape {
    /// The objects in it, the outer before the inner.
    fileprivate var objects: [OutputObject] {
        switch self {
        case .object(let object): [object] + object.fields.flatMap(\.shape.objects)
        case .list(let inner), .optional(let inner): inner.objects
        case .text, .constant, .wholeNumber, .boolean, .anyObject: []
        }
    }
}
