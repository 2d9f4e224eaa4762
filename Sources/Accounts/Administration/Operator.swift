/// Who administers accounts, for the audit trail.
public struct Operator: Hashable, Sendable {
    /// The word that the audit trail names them by.
    public let actor: String
    /// Where they came from.
    public let visitor: Visitor

    /// Someone at the command line.
    public static let commandLine = Operator(actor: "command-line", visitor: .none)
}
