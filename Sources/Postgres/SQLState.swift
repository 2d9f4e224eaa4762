/// A server's code for what went wrong: five characters, of which the first two are its class (PostgreSQL, appendix A).
public struct SQLState: Hashable, Sendable, CustomStringConvertible {
    /// The five characters.
    public let code: String

    /// Takes a code as it is.
    public init(_ code: String) { self.code = code }

    /// The class.
    public var kind: Substring { code.prefix(2) }

    public var description: String { code }

    /// Whether the transaction may do better if it runs again, since another was in its way.
    var isConflict: Bool { code == "40001" || code == "40P01" }

    /// Whether a constraint was broken; in a serializable transaction that has looked before, another may have come
    /// between (PostgreSQL, section 13.5), so that once more is worth a try.
    var mayBeConflict: Bool { ["23503", "23505", "23P01"].contains(code) }

    /// Whether another connection may find a server that can do it: this one is shutting down, was crashed by another
    /// connection, or has become a standby.
    var endsConnection: Bool { kind == "08" || (kind == "57" && code != "57014") || code == "25006" }

    /// Whether nobody can tell what a commit came to.
    var leavesOutcomeUnknown: Bool { code == "40003" || code == "08007" }
}
