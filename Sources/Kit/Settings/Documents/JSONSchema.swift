/// The JSON Schema (2020-12) of a configuration, for editors: what YAML language servers complete, explain and mark.
public enum JSONSchema {
    /// The schema as text, its keys in the order of their declaration.
    public static func text(root: ObjectShape, registry: ModuleRegistry) -> String {
        let builder = SchemaBuilder(registry: registry)
        var definitions = [JSONValue.Member("interpolation", SchemaBuilder.interpolation)]
        for slot in registry.slotNames {
            definitions.append(.init("slot-\(slot)", builder.slot(slot)))
            for module in registry.modules(in: slot) {
                definitions.append(.init("module-\(slot)-\(module.name)", builder.module(module)))
            }
        }
        let head: [JSONValue.Member] = [
            .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
            .init("title", "Auth Gateway configuration"),
        ]
        let members = head + builder.object(root) + [.init("$defs", .object(definitions))]
        return JSONValue.object(members).indented + "\n"
    }
}

/// Makes the schema of each shape. Scalars of every type may be an interpolation instead, and texts may look like
/// numbers, since the reader takes them so.
private struct SchemaBuilder {
    typealias Member = JSONValue.Member

    static let pattern = "\\$\\{(env|file):"
    static let interpolation: JSONValue = [
        "description": "Filled in from ${env:NAME}, ${env:NAME:-default} or ${file:/path}.", "type": "string",
        "pattern": .string(pattern),
    ]

    let registry: ModuleRegistry

    func object(_ object: ObjectShape) -> [Member] {
        let isEmptyEnough = !object.fields.contains { $0.isRequired }
        return [
            .init("description", .string(object.summary)),
            .init("type", isEmptyEnough ? ["object", "null"] : "object"),
        ] + keys(of: object, and: [])
    }

    func slot(_ slot: String) -> JSONValue {
        let modules = registry.modules(in: slot)
        let names = words(modules.map(\.name))
        let choices: [JSONValue] = modules.map { module in
            [
                "if": ["properties": ["use": ["const": .string(module.name)]], "required": ["use"]],
                "then": ["$ref": .string("#/$defs/module-\(slot)-\(module.name)")],
            ]
        }
        return [
            "description": .string(modules.first?.slotSummary ?? ""), "type": ["object", "string"],
            "if": ["type": "string"], "then": .object(names),
            "else": ["properties": ["use": .object(names)], "required": ["use"], "allOf": .array(choices)],
        ]
    }

    func module(_ module: any AnyModule) -> JSONValue {
        let use: JSONValue = ["description": .string(module.summary), "const": .string(module.name)]
        let shape = module.shape.object ?? ObjectShape(summary: "", fields: [])
        let head: [Member] = [.init("description", .string(module.summary)), .init("type", "object")]
        return .object(head + keys(of: shape, and: [.init("use", use)]))
    }

    /// `properties`, what is required of them, and that there are no others.
    private func keys(of object: ObjectShape, and first: [Member]) -> [Member] {
        var properties = first
        var required = first.map { JSONValue.string($0.name) }
        var alternatives: [JSONValue] = []
        for field in object.fields {
            properties.append(.init(field.name, property(field)))
            guard let former = field.formerName else {
                if field.isRequired { required.append(.string(field.name)) }
                continue
            }
            let note: [Member] = [
                .init("description", .string("Now called '\(field.name)'.")), .init("deprecated", true),
            ]
            properties.append(.init(former, .object(note + schema(field.shape).filter { $0.name != "description" })))
            if field.isRequired {
                alternatives.append(
                    ["anyOf": [["required": [.string(field.name)]], ["required": [.string(former)]]]])
            }
        }
        var members = [Member("properties", .object(properties))]
        if !required.isEmpty { members.append(.init("required", .array(required))) }
        if !alternatives.isEmpty { members.append(.init("allOf", .array(alternatives))) }
        return members + [.init("additionalProperties", false)]
    }

    private func property(_ field: FieldShape) -> JSONValue {
        var members = [Member("description", .string(field.summary))]
        if case .standard(let literal) = field.presence {
            members.append(.init("default", literal.json(as: field.shape, registry: registry)))
        }
        return .object(members + schema(field.shape).filter { $0.name != "description" })
    }

    private func schema(_ shape: SettingShape) -> [Member] {
        switch shape {
        case .scalar(let scalar): self.scalar(scalar.kind)
        case .list(let item, 0):
            [.init("type", ["array", "null"]), .init("items", .object(schema(item)))]
        case .list(let item, let least):
            [
                .init("type", "array"), .init("items", .object(schema(item))),
                .init("minItems", .number(String(least))),
            ]
        case .map(let value):
            [.init("type", ["object", "null"]), .init("additionalProperties", .object(schema(value)))]
        case .object(let object): self.object(object)
        case .module(let slot): [.init("$ref", .string("#/$defs/slot-\(slot)"))]
        case .either(let shapes): [.init("anyOf", .array(shapes.map { .object(schema($0)) }))]
        }
    }

    private func scalar(_ kind: ScalarShape.Kind) -> [Member] {
        switch kind {
        case .string(nil), .path: [.init("type", ["string", "number", "boolean"]), .init("minLength", 1)]
        case .string(let pattern?), .quantity(let pattern):
            [.init("type", "string"), .init("pattern", .string("(\(pattern))|\(Self.pattern)"))]
        case .integer(let range):
            orInterpolation([
                "type": "integer", "minimum": .number(String(range.lowerBound)),
                "maximum": .number(String(range.upperBound)),
            ])
        case .boolean: orInterpolation(["type": "boolean"])
        case .words(let words): self.words(words)
        case .route where registry.routes.isEmpty: self.scalar(.string(pattern: "^[A-Z]+ /"))
        case .route: words(registry.routes)
        }
    }

    private func words(_ words: [String]) -> [Member] { orInterpolation(["enum": .array(words.map { .string($0) })]) }

    private func orInterpolation(_ schema: JSONValue) -> [Member] {
        [.init("anyOf", [schema, ["$ref": "#/$defs/interpolation"]])]
    }
}

extension FieldShape {
    fileprivate var isRequired: Bool {
        if case .required = presence { true } else { false }
    }
}
