import GatewayKit
import Hummingbird
import NIOCore

/// What a route's body or its query holds, coupled with its reader: the one source of decoding, validation and
/// documents.
///
/// Fields stand in `InputField`, what they may hold in `InputRule`, formats in `BodyFormat`. Reading names every field
/// at fault at once and never repeats a value.
public struct Input<Value: Sendable>: Sendable {
    /// What the body holds; nil when none is read.
    public let shape: InputShape?
    /// The parameters of the query, in the order of their declaration; none where none are read.
    public let query: [InputFieldShape]
    /// The value of a body's members; nil when the list of problems has grown.
    private let decode: @Sendable (JSONValue, BodyFormat, inout [InputProblem]) -> Value?

    /// An object of fields, in any of these formats; unknown fields are ignored, unless it is `closed`. A required field
    /// that is missing or null is `required`; an optional one is nil.
    public static func object<each Part>(
        _ formats: [BodyFormat], closed isClosed: Bool = false, _ fields: repeat InputField<each Part>,
        make: @escaping @Sendable (repeat each Part) -> Value
    ) -> Self {
        object(
            formats, closed: isClosed, repeat each fields, together: { (_: repeat (each Part)?) in [] }, make: make)
    }

    /// The same with rules that look at several fields: `together` is given those that can be taken alone, nil for the
    /// others, and says what is wrong with them beside each other.
    public static func object<each Part>(
        _ formats: [BodyFormat], closed isClosed: Bool = false, _ fields: repeat InputField<each Part>,
        together: @escaping @Sendable (repeat (each Part)?) -> [InputProblem],
        make: @escaping @Sendable (repeat each Part) -> Value
    ) -> Self {
        var shapes: [InputFieldShape] = []
        repeat shapes.append((each fields).shape)
        let shape = InputShape(formats: formats, fields: shapes, isClosed: isClosed)
        return Input(shape: shape) { object, format, problems in
            let before = problems.count
            let parts = (repeat (each fields).read(from: object, format, &problems))
            problems += together(repeat each parts)
            if isClosed { problems += strangers(in: object, beside: shape.fields) }
            guard problems.count == before else { return nil }
            return allPresent(repeat each parts, make: make)
        }
    }

    /// Parameters of the query, each of which may be left out where its field may; no body is read. Others are refused:
    /// a filter that is misspelled would show more than was asked for.
    public static func query<each Part>(
        _ fields: repeat InputField<each Part>, make: @escaping @Sendable (repeat each Part) -> Value
    ) -> Self {
        var shapes: [InputFieldShape] = []
        repeat shapes.append((each fields).shape)
        return Input(shape: nil, query: shapes) { [shapes] object, format, problems in
            let before = problems.count
            let parts = (repeat (each fields).read(from: object, format, &problems))
            problems += strangers(in: object, beside: shapes)
            guard problems.count == before else { return nil }
            return allPresent(repeat each parts, make: make)
        }
    }

    /// The value of a body with its header fields; throws ``Problem``: the type and encoding, then the size, then the
    /// syntax, then all fields at once.
    public func decode(_ body: [UInt8], _ type: BodyType) throws(Problem) -> Value {
        let (object, format) = try members(of: body, type)
        return try decode(object, format)
    }

    /// The value of a query as it stands behind the question mark; throws ``Problem``: the syntax, then all parameters
    /// at once.
    public func decode(query: String) throws(Problem) -> Value {
        try decode(.object(try FormReader.read(Array(query.utf8), of: "query")), .form)
    }

    private func decode(_ object: JSONValue, _ format: BodyFormat) throws(Problem) -> Value {
        var problems: [InputProblem] = []
        guard let value = decode(object, format, &problems) else { throw .invalidInput(problems) }
        return value
    }

    /// Reads the body of a request and leaves it there for the next reader; throws ``Problem``.
    func read(_ request: inout Request, upTo limit: Int) async throws -> Value {
        if !query.isEmpty { return try decode(query: request.uri.query ?? "") }
        guard let shape, shape.isRequired || request.hasBody else { return try decode([], .absent) }
        let type = try BodyType(of: request.headers, accepted: shape.formats)
        return try decode(try await request.bodyBytes(upTo: limit), type)
    }

    /// The body as an object. An empty one is an object without members where no field is required.
    private func members(of body: [UInt8], _ type: BodyType) throws(Problem) -> (JSONValue, BodyFormat) {
        guard let shape else { return (.object([]), .json) }
        if body.isEmpty, !shape.isRequired { return (.object([]), .json) }
        switch type {
        case .stated(let format): return (try format.members(of: body), format)
        case .absent where body.isEmpty:
            let types = shape.formats.map(\.rawValue).joined(separator: " or ")
            throw .malformedRequest("The request needs a body: \(types).")
        case .absent: throw .unsupportedMediaType(accepted: shape.formats)
        }
    }

    private init(
        shape: InputShape?, query: [InputFieldShape] = [],
        decode: @escaping @Sendable (JSONValue, BodyFormat, inout [InputProblem]) -> Value?
    ) {
        self.shape = shape
        self.query = query
        self.decode = decode
    }
}

/// What is wrong with members that are no fields; of many the first few, for the answer has a bound.
private func strangers(in object: JSONValue, beside fields: [InputFieldShape]) -> [InputProblem] {
    let strange = (object.object ?? []).lazy.map(\.name).filter { name in !fields.contains { $0.name == name } }
    return strange.prefix(10).map { name in
        InputProblem(String(name.prefix(64)), InputRefusal("unknown_field", "is not known here"))
    }
}

extension Input where Value == Void {
    /// No body is read; one that is sent is dropped.
    public static var none: Self { Input(shape: nil) { _, _, _ in () } }
}

/// One field of a body: its name, what it may hold, whether it may be left out, and its sentence.
public struct InputField<Value: Sendable>: Sendable {
    let shape: InputFieldShape
    private let rule: @Sendable (JSONValue, BodyFormat) throws(InputRefusal) -> Value
    private let absent: (@Sendable () -> Value)?

    /// A field that must be there.
    public init(_ name: String, _ rule: InputRule<Value>, _ summary: String) {
        shape = InputFieldShape(name: name, summary: summary, isRequired: true, content: rule.content)
        self.rule = rule.read
        absent = nil
    }

    /// A field that may be left out or null, and is nil then.
    public init<Wrapped>(_ name: String, optional rule: InputRule<Wrapped>, _ summary: String)
    where Value == Wrapped? {
        shape = InputFieldShape(name: name, summary: summary, isRequired: false, content: rule.content)
        self.rule = { value, format throws(InputRefusal) in try rule.read(value, format) }
        absent = { nil }
    }

    func read(from object: JSONValue, _ format: BodyFormat, _ problems: inout [InputProblem]) -> Value? {
        do throws(InputRefusal) {
            guard let value = object[shape.name], value != .null else {
                if let absent { return absent() }
                throw InputRefusal("required", "is required")
            }
            return try rule(value, format)
        } catch {
            problems.append(InputProblem(shape.name, error))
            return nil
        }
    }
}
