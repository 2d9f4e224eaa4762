public import GatewayKit

/// What an answer's JSON holds, coupled with its writer: the one source of encoding and documents.
///
/// ```swift
/// static let account = Output<Account>.object(
///     "Account", "One's own account.",
///     OutputField("id", .text, "Its id, which is never given again.") { $0.id.text },
///     OutputField("last_login_at", .optional(.instant), "When somebody last logged in.") { $0.lastLoginAt })
/// ```
public struct Output<Value: Sendable>: Sendable {
    /// What it holds, for documents.
    public let shape: OutputShape
    /// The value in JSON.
    let write: @Sendable (Value) -> JSONValue

    /// Couples what documents say with the writer.
    public init(_ shape: OutputShape, _ write: @escaping @Sendable (Value) -> JSONValue) {
        self.shape = shape
        self.write = write
    }

    /// An object of fields under a name that documents know it by.
    public static func object(_ name: String, _ summary: String, _ fields: OutputField<Value>...) -> Self {
        let shape = OutputObject(name: name, summary: summary, fields: fields.map(\.shape))
        return Output(.object(shape)) { value in
            .object(fields.map { field in JSONValue.Member(field.shape.name, field.write(value)) })
        }
    }
}

extension Output {
    /// A list.
    public static func list<Item>(of item: Output<Item>) -> Self where Value == [Item] {
        Output(.list(item.shape)) { items in .array(items.map(item.write)) }
    }

    /// Something, or `null`.
    public static func optional<Wrapped>(_ wrapped: Output<Wrapped>) -> Self where Value == Wrapped? {
        Output(.optional(wrapped.shape)) { value in value.map(wrapped.write) ?? .null }
    }
}

extension Output where Value == String {
    /// A text.
    public static var text: Self { Output(.text(format: nil)) { .string($0) } }

    /// A text that is always this one.
    public static func constant(_ text: String) -> Self { Output(.constant(text)) { _ in .string(text) } }
}

extension Output where Value == Bool {
    /// `true` or `false`.
    public static var boolean: Self { Output(.boolean) { .boolean($0) } }
}

extension Output where Value == Int64 {
    /// A whole number, never a negative one.
    public static var wholeNumber: Self { Output(.wholeNumber) { .number(String($0)) } }
}

extension Output where Value == Timestamp {
    /// An instant as RFC 3339 writes it, in UTC.
    public static var instant: Self { Output(.text(format: "date-time")) { .string($0.iso8601) } }
}

/// One field of an answer's object: its name, what it holds, its sentence, an example, and where it comes from.
public struct OutputField<Root: Sendable>: Sendable {
    let shape: OutputFieldShape
    let write: @Sendable (Root) -> JSONValue

    /// States every part.
    public init<Part>(
        _ name: String, _ output: Output<Part>, _ summary: String, example: JSONValue? = nil,
        _ part: @escaping @Sendable (Root) -> Part
    ) {
        shape = OutputFieldShape(name, output.shape, summary, example: example)
        write = { root in output.write(part(root)) }
    }
}
