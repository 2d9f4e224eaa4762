public import GatewayAccess
public import GatewayAccounts
public import GatewayHTTP
public import GatewayKit

/// Every endpoint of the public listener, over the flows and decisions that they call.
///
/// `Routes/` says what each is; `Accounts/` holds what people and apps use, a topic a file; `Administration/` what
/// administrators do; `Verification/` what reverse proxies ask; `Documents` the key set and what the gateway says
/// about itself, by `Pages/`. Each endpoint decodes, calls one flow and encodes; `Caller` finds out who asks,
/// `Faults` turns what is broken into what the HTTP target answers.
public struct GatewayEndpoints: Sendable {
    let routes: GatewayRoutes
    let flows: AccountFlows
    let caller: Caller
    let access: AccessSettings
    let issuer: any TokenIssuer
    let publicURL: PublicURL
    let version: String

    /// Takes the flows, the check of credentials, who may pass where, the issuer whose keys are shown, what new
    /// passwords must be, and what documents say of the deployment: its address and the program's version.
    public init(
        flows: AccountFlows, credentials: CredentialCheck, access: AccessSettings, issuer: any TokenIssuer,
        policy: PasswordPolicy, publicURL: PublicURL, version: String
    ) {
        self.flows = flows
        let caller = Caller(credentials: credentials)
        self.caller = caller
        self.access = access
        routes = GatewayRoutes(
            policy: policy, admit: caller.admit, admitAdministrator: caller.admitAdministrator)
        self.issuer = issuer
        self.publicURL = publicURL
        self.version = version
    }

    /// What all routes are, for documents, where new passwords must be such.
    public static func declarations(policy: PasswordPolicy) -> [RouteDeclaration] {
        GatewayRoutes(policy: policy, admit: { _ in }, admitAdministrator: { _ in }).all
    }

    /// The names of all routes, for settings that name one; ``all`` has the same in the same order, as a test shows.
    public static let routes = [
        "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "POST /auth/logout",
        "POST /auth/forgot-password", "GET /auth/reset-password/{token}", "POST /auth/reset-password/{token}",
        "POST /auth/verify-email", "GET /auth/verify-email/{token}", "POST /auth/verify-email/{token}",
        "POST /auth/change-email", "GET /auth/restore-email/{token}", "POST /auth/restore-email/{token}",
        "GET /auth/me", "PATCH /auth/me", "POST /auth/change-password", "DELETE /auth/me", "GET /auth/sessions",
        "DELETE /auth/sessions/{id}", "POST /auth/keys", "GET /auth/keys", "DELETE /auth/keys/{id}",
        "GET /admin/users", "POST /admin/users", "GET /admin/users/{id}", "PATCH /admin/users/{id}",
        "DELETE /admin/users/{id}", "POST /admin/users/{id}/logout", "POST /admin/users/{id}/reset-password",
        "GET /admin/audit", "ANY /auth/verify", "ANY /auth/verify/nginx",
        "ANY /auth/verify/caddy", "ANY /auth/verify/traefik", "ANY /auth/verify/haproxy",
        "ANY /auth/verify/envoy/**", "GET /.well-known/jwks.json",
        "GET /openapi.json",
        "GET /docs", "GET /problems/{code}",
    ]

    /// All of them, in the order in which documents list them.
    public var all: [Endpoint] {
        entering + recovery + addresses + profile + sessions + keys + users + auditTrail + verification + documents
    }
}
