/// A setting's default as it would stand in the file, written in Swift: `587`, `"10m"`, `["a", "b"]`, `["use":
/// "file"]`.
public indirect enum ConfigLiteral: Hashable, Sendable {
    /// A single value.
    case scalar(String)
    /// A list.
    case list([ConfigLiteral])
    /// A map, in this order.
    case map([Pair])

    /// One key of a map with its value.
    public struct Pair: Hashable, Sendable {
        /// The key's text.
        public let key: String
        /// The value.
        public let value: ConfigLiteral
    }

    /// The node that the default would be, at the place to which its problems belong.
    public func node(at position: ConfigPosition = .none) -> ConfigNode {
        switch self {
        case .scalar(let text):
            ConfigNode(.scalar(ConfigScalar(text, isQuoted: true, origin: .standard)), at: position)
        case .list(let items): ConfigNode(.list(items.map { $0.node(at: position) }), at: position)
        case .map(let pairs):
            ConfigNode(
                .map(pairs.map { ConfigEntry(key: $0.key, at: position, value: $0.value.node(at: position)) }),
                at: position)
        }
    }
}

extension ConfigLiteral: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .scalar(value) }
    public init(integerLiteral value: Int) { self = .scalar(String(value)) }
    public init(booleanLiteral value: Bool) { self = .scalar(value ? "true" : "false") }
    public init(arrayLiteral elements: ConfigLiteral...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, ConfigLiteral)...) {
        self = .map(elements.map { Pair(key: $0.0, value: $0.1) })
    }
}
