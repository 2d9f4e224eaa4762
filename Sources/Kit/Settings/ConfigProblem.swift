/// Something in a configuration file that an operator should mend, with where it stands.
public struct ConfigProblem: Hashable, Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The file cannot be used.
        case error
        /// The file can be used, but something in it is unwise or about to change.
        case warning
    }

    /// How bad it is.
    public var severity: Severity
    /// Where it stands.
    public var position: ConfigPosition
    /// The way to the setting, such as `mail.port` or `pipeline[2].rules[0].by`; empty for the whole file.
    public var path: String
    /// What was found and what would be right: lower case, no full stop, never a secret's value.
    public var message: String
    /// The same without the words of the file that the message repeats; nil when it repeats none. It takes the
    /// message's place where a secret may stand.
    public var discreetMessage: String?

    /// States every part.
    public init(
        _ severity: Severity = .error, at position: ConfigPosition, path: String, _ message: String,
        discreetly discreetMessage: String? = nil
    ) {
        self.severity = severity
        self.position = position
        self.path = path
        self.message = message
        self.discreetMessage = discreetMessage
    }
}

extension Sequence<ConfigProblem> {
    /// These problems in the order of the file; those of one place in the order of their meeting.
    public var inOrderOfFile: [ConfigProblem] {
        enumerated().sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }.map(\.element)
    }
}
