public import GatewayKit

/// An account as another system had it.
public struct ImportedAccount: Hashable, Sendable {
    /// The id that it keeps; without one it gets a new one.
    public var id: AccountID?
    /// The name to log in with.
    public var username: Username
    /// The address that mail goes to.
    public var email: EmailAddress
    /// Whether the address counts as confirmed.
    public var isEmailVerified: Bool
    /// The hash as this gateway keeps it; ``PasswordHash/noPassword`` until its owner sets one by a mailed link.
    public var passwordHash: PasswordHash
    /// The groups.
    public var groups: Set<GroupName>
    /// Whether the account is closed.
    public var isDisabled: Bool
    /// When it was made; without a moment, now.
    public var createdAt: Timestamp?
    /// When its owner last logged in, if that is known.
    public var lastLoginAt: Timestamp?

    /// States every part.
    public init(
        id: AccountID? = nil, username: Username, email: EmailAddress, isEmailVerified: Bool = false,
        passwordHash: PasswordHash = .noPassword, groups: Set<GroupName> = [], isDisabled: Bool = false,
        createdAt: Timestamp? = nil, lastLoginAt: Timestamp? = nil
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.passwordHash = passwordHash
        self.groups = groups
        self.isDisabled = isDisabled
        self.createdAt = createdAt
        self.lastLoginAt = lastLoginAt
    }

    func account(random: any RandomSource, now: Timestamp) -> Account {
        Account(
            id: id ?? AccountID(from: random), username: username, email: email, isEmailVerified: isEmailVerified,
            passwordHash: passwordHash, groups: groups.sorted(), isDisabled: isDisabled, createdAt: createdAt ?? now,
            lastLoginAt: lastLoginAt)
    }
}
