public import GatewayKit

/// What a login or a refresh hands out.
public struct Grant: Sendable {
    /// The access token with what it says.
    public let access: AccessToken
    /// The refresh token that comes next.
    public let refreshToken: OpaqueToken
    /// How long the access token lasts.
    public let expiresIn: Duration

    /// Signs an access token for a session whose transaction was committed.
    init(
        to account: Account, in session: SessionID, refreshToken: OpaqueToken, by issuer: any TokenIssuer
    ) throws(AccountsError) {
        do { access = try issuer.issue(to: account, in: session) } catch { throw AccountsError(error) }
        self.refreshToken = refreshToken
        expiresIn = access.claims.expiresAt - access.claims.issuedAt
    }
}
