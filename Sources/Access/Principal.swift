public import GatewayKit

/// Somebody whose credential is valid.
public struct Principal: Hashable, Sendable {
    /// What the token says.
    public let claims: AccessClaims
    /// What the application behind the proxy is told, ready to be sent.
    public let identity: IdentityHeaders

    /// Prepares the fields of a checked token.
    public init(_ claims: AccessClaims) {
        self.claims = claims
        identity = IdentityHeaders(claims)
    }
}

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
}
