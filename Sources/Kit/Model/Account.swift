/// One person's account as the store keeps it.
///
/// The model beside it: names and ids in `Username`, `EmailAddress`, `GroupName` and `Identifiers`; `Password` with its
/// `PasswordPolicy`; `Session` with its refresh tokens and `SessionCookie`, `APIKey` with its `KeyName` and `KeyScope`,
/// `OpaqueToken`, `Link`, `PendingRegistration`, `AccessClaims`, `Revocation` and `SigningKeyRecord`; `Mail` and
/// `OutboxMail`; `AuditEvent` and `GuessCount`. `Timestamp` (`CivilTime` spells it), `IPAddress`, `ListenAddress`,
/// `PublicURL`, `JSONValue` (read by `JSONReader`) and `Base64URL` are what they are made of; a `Secret` prints as
/// nothing, an `InputRefusal` says what would be right, and `LogKey` lists the keys of the log.
public struct Account: Hashable, Sendable {
    /// The id, never reused.
    public var id: AccountID
    /// The name to log in with, never given to another account.
    public var username: Username
    /// The address that mail goes to; at most one account has it.
    public var email: EmailAddress
    /// Whether the address has been confirmed.
    public var isEmailVerified: Bool
    /// The stored hash of the password.
    public var passwordHash: PasswordHash
    /// The groups, in ascending order.
    public var groups: [GroupName]
    /// Whether an operator has closed the account.
    public var isDisabled: Bool
    /// Raised in the transaction of every change of password, groups, e-mail or state; starts at 1.
    public var version: Int64
    /// When the account was made.
    public var createdAt: Timestamp
    /// When its owner last logged in, if ever.
    public var lastLoginAt: Timestamp?

    /// States every part.
    public init(
        id: AccountID, username: Username, email: EmailAddress, isEmailVerified: Bool = false,
        passwordHash: PasswordHash, groups: [GroupName] = [], isDisabled: Bool = false, version: Int64 = 1,
        createdAt: Timestamp, lastLoginAt: Timestamp? = nil
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.passwordHash = passwordHash
        self.groups = groups
        self.isDisabled = isDisabled
        self.version = version
        self.createdAt = createdAt
        self.lastLoginAt = lastLoginAt
    }
}
