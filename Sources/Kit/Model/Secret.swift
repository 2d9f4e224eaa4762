/// A value that must not be seen: it prints as `<secret>` wherever Swift describes things, and is read by name only.
public struct Secret<Value: Sendable>: Sendable {
    private let value: Value

    /// Wraps a value so that logs, errors and dumps cannot show it.
    public init(_ value: Value) { self.value = value }

    /// The value itself; the call's name is the place that a reviewer looks for.
    public func reveal() -> Value { value }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
