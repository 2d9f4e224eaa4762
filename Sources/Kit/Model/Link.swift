/// A link that was mailed to someone, by the hash of its token; single-use.
public struct Link: Hashable, Sendable {
    /// What following a link does.
    public enum Purpose: String, Sendable {
        /// Sets a new password.
        case reset
        /// Sets the first password of an account that an administrator has made.
        case invite
        /// Confirms the address that an account has.
        case verify
        /// Confirms another address, which the account then has.
        case change
        /// Gives an account back the address that it had.
        case restore
    }

    /// The hash of the link's token.
    public var hash: TokenHash
    /// What it does.
    public var purpose: Purpose
    /// For whom.
    public var accountID: AccountID
    /// The address that it was mailed to.
    public var email: EmailAddress
    /// When it was made.
    public var createdAt: Timestamp
    /// When it ends.
    public var expiresAt: Timestamp

    /// States every part.
    public init(
        hash: TokenHash, purpose: Purpose, accountID: AccountID, email: EmailAddress, createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.hash = hash
        self.purpose = purpose
        self.accountID = accountID
        self.email = email
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
