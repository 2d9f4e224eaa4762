/// What a valid access token says (RFC 9068): who may pass, until when, and by which session.
public struct AccessClaims: Hashable, Sendable {
    /// The account, `sub`.
    public var accountID: AccountID
    /// The session, `sid`.
    public var sessionID: SessionID
    /// The account's version when the token was issued, `ver`.
    public var version: Int64
    /// When it was issued, `iat`, in whole seconds.
    public var issuedAt: Timestamp
    /// When it ends, `exp`, in whole seconds.
    public var expiresAt: Timestamp
    /// The token's own id, `jti`.
    public var tokenID: String
    /// The user's name, `preferred_username`.
    public var username: String
    /// The user's address, `email`; stated only when verified.
    public var email: String?
    /// The user's groups, `groups`.
    public var groups: [String]
    /// The key that signed it, the header's `kid`; nil where an issuer names none.
    public var keyID: String?

    /// The session that the token is of, and whose that is.
    public var caller: AccountSession { AccountSession(sessionID: sessionID, accountID: accountID) }

    /// States every part.
    public init(
        accountID: AccountID, sessionID: SessionID, version: Int64, issuedAt: Timestamp, expiresAt: Timestamp,
        tokenID: String, username: String, email: String?, groups: [String], keyID: String? = nil
    ) {
        self.accountID = accountID
        self.sessionID = sessionID
        self.version = version
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.tokenID = tokenID
        self.username = username
        self.email = email
        self.groups = groups
        self.keyID = keyID
    }
}
