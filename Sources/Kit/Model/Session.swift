/// One login on one device, which its refresh tokens keep alive.
public struct Session: Hashable, Sendable {
    /// The id, stated in access tokens as `sid`.
    public var id: SessionID
    /// Whose it is.
    public var accountID: AccountID
    /// When it began.
    public var createdAt: Timestamp
    /// When it was last refreshed, or began.
    public var lastUsedAt: Timestamp
    /// Its absolute end, whatever its use (`tokens.refresh_lifetime`).
    public var expiresAt: Timestamp
    /// The client's address when it began.
    public var address: String?
    /// The client's User-Agent when it began, cut to 256 bytes.
    public var userAgent: String?

    /// States every part.
    public init(
        id: SessionID, accountID: AccountID, createdAt: Timestamp, lastUsedAt: Timestamp, expiresAt: Timestamp,
        address: String? = nil, userAgent: String? = nil
    ) {
        self.id = id
        self.accountID = accountID
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
        self.address = address
        self.userAgent = userAgent
    }

    /// Whether it goes on: neither its absolute end nor its longest idleness has come.
    public func isAlive(at moment: Timestamp, _ lifetimes: TokenLifetimes) -> Bool {
        moment < expiresAt && moment < lastUsedAt + lifetimes.refreshIdle
    }
}

/// One refresh token of a session's family, by its hash; kept until the session's end so that a replay is seen.
public struct RefreshTokenRecord: Hashable, Sendable {
    /// The token's hash.
    public var hash: TokenHash
    /// The session whose family it belongs to.
    public var sessionID: SessionID
    /// The token that it was rotated from; nil for the first of a family.
    public var predecessor: TokenHash?
    /// Drawn when it was rotated; erased once a repeat is no longer answered.
    public var nonce: [UInt8]?
    /// When it was rotated, which is its first use; nil while it is the newest.
    public var rotatedAt: Timestamp?

    /// States every part.
    public init(
        hash: TokenHash, sessionID: SessionID, predecessor: TokenHash? = nil, nonce: [UInt8]? = nil,
        rotatedAt: Timestamp? = nil
    ) {
        self.hash = hash
        self.sessionID = sessionID
        self.predecessor = predecessor
        self.nonce = nonce
        self.rotatedAt = rotatedAt
    }
}
