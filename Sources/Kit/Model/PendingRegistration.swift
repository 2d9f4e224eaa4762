/// A registration that waits for its address to be confirmed: no account yet, and the same record wherever the address
/// is somebody else's already.
public struct PendingRegistration: Hashable, Sendable {
    /// The name that the account is to have; no other live registration has it.
    public var username: Username
    /// The address that is to be confirmed; any number of registrations may have it.
    public var email: EmailAddress
    /// The stored hash of the password.
    public var passwordHash: PasswordHash
    /// The hash of the token of the link that was mailed last; none when no link works.
    public var link: TokenHash?
    /// When the last mail about it was written, if one was.
    public var mailedAt: Timestamp?
    /// When it was made.
    public var createdAt: Timestamp
    /// When it ends.
    public var expiresAt: Timestamp

    /// States every part.
    public init(
        username: Username, email: EmailAddress, passwordHash: PasswordHash, link: TokenHash? = nil,
        mailedAt: Timestamp? = nil, createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.username = username
        self.email = email
        self.passwordHash = passwordHash
        self.link = link
        self.mailedAt = mailedAt
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
