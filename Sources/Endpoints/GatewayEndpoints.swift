public import GatewayAccess
public import GatewayAccounts
public import GatewayHTTP
public import GatewayKit

/// Every endpoint of the public listener, over the flows and decisions that they call.
///
/// `Accounts/` holds what people and apps use, a topic a file; `Verification/` what reverse proxies ask; `PublicKeys`
/// the key set. Each endpoint decodes, calls one flow and encodes; `Caller` finds out who asks, `Faults` turns what is
/// broken into what the HTTP target answers.
public struct GatewayEndpoints: Sendable {
    let flows: AccountFlows
    let caller: Caller
    let issuer: any TokenIssuer
    let policy: PasswordPolicy

    /// Takes the flows, the check of credentials, the issuer whose keys are shown, and what new passwords must be.
    public init(flows: AccountFlows, credentials: CredentialCheck, issuer: any TokenIssuer, policy: PasswordPolicy) {
        self.flows = flows
        caller = Caller(credentials: credentials)
        self.issuer = issuer
        self.policy = policy
    }

    /// The names of all routes, for settings that name one; ``all`` has the same in the same order, as a test shows.
    public static let routes = [
        "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "POST /auth/logout",
        "POST /auth/forgot-password", "GET /auth/reset-password/{token}", "POST /auth/reset-password/{token}",
        "GET /auth/me", "PATCH /auth/me", "POST /auth/change-password", "DELETE /auth/me", "GET /auth/sessions",
        "DELETE /auth/sessions/{id}", "ANY /auth/verify", "ANY /auth/verify/nginx", "GET /.well-known/jwks.json",
    ]

    /// All of them, in the order in which documents list them.
    public var all: [Endpoint] {
        entering + recovery + profile + sessions + verification + publicKeys
    }
}
