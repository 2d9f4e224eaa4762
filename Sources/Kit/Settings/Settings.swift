/// A shape of configuration coupled with its reader: the one source of decoding, suggestions, schema and documents.
///
/// Scalars stand in `Settings+Scalars.swift`, numbers in `Settings+Numbers.swift`, durations, sizes and rates in
/// `Settings+Quantities.swift`, routes in `Settings+Route.swift`, networks, URLs and paths in
/// `Settings+Addresses.swift`, lists and maps in `Settings+Collections.swift`, alternatives in `Settings+Either.swift`,
/// objects in `Settings+Object.swift` over `Field.swift`, modules in `Settings+Module.swift`. What is read is a
/// `ConfigNode`, in one `ConfigReading` that collects `ConfigProblem`s; `SettingShape` is what documents are printed
/// from. Reading is pure, reports every problem it meets, and goes on after each.
public struct Settings<Value: Sendable>: Sendable {
    /// What may be written.
    public let shape: SettingShape
    private let reader: @Sendable (ConfigNode, inout ConfigReading) -> Value?

    /// Couples a shape with its reader, which returns nil exactly when it has reported an error.
    public init(shape: SettingShape, _ reader: @escaping @Sendable (ConfigNode, inout ConfigReading) -> Value?) {
        self.shape = shape
        self.reader = reader
    }

    /// Reads a node; nil when it holds an error, which the pass has then noted.
    public func read(_ node: ConfigNode, in reading: inout ConfigReading) -> Value? {
        if case .broken = node.content {
            reading.passBroken()
            return nil
        }
        return reader(node, &reading)
    }

    /// The same setting as another type.
    public func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) -> Other) -> Settings<Other> {
        Settings<Other>(shape: shape) { node, reading in read(node, in: &reading).map(transform) }
    }

    /// The same setting converted by a function that can refuse; the refusal's sentence becomes the problem.
    public func compactMap<Other: Sendable>(
        _ transform: @escaping @Sendable (Value) throws(InputRefusal) -> Other
    ) -> Settings<Other> {
        Settings<Other>(shape: shape) { node, reading in
            guard let value = read(node, in: &reading) else { return nil }
            do throws(InputRefusal) {
                return try transform(value)
            } catch {
                reading.report(error.detail, at: node.position)
                return nil
            }
        }
    }

    /// The same setting with one more condition; `why` says what would be right and becomes the problem.
    public func checked(_ why: String, _ isRight: @escaping @Sendable (Value) -> Bool) -> Settings<Value> {
        Settings(shape: shape) { node, reading in
            guard let value = read(node, in: &reading) else { return nil }
            guard isRight(value) else {
                reading.report(why, at: node.position)
                return nil
            }
            return value
        }
    }
}
