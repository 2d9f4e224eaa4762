/// What a request's credential is worth.
public enum CredentialVerdict: Hashable, Sendable {
    /// There is none.
    case none
    /// There is one that is not valid, for this reason; the reason is for logs and tools, never for the client.
    case bad(reason: String)
    /// It is valid now.
    case valid(Principal)
    /// What was revoked lately is not known here, so nobody can tell: say 503.
    case cannotDecide
    /// Whoever shows it has shown too many with a wrong signature, and has to wait: say 429.
    case heldBack(for: Duration)
}
