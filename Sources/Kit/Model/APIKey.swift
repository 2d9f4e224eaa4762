/// A personal API key as the store keeps it: what scripts show where people have passwords. It says nothing by itself,
/// so whoever sees one asks the store.
public struct APIKey: Hashable, Sendable {
    /// The id, to revoke it by; never reused.
    public var id: String
    /// Whose it is.
    public var accountID: AccountID
    /// What its owner calls it.
    public var name: KeyName
    /// The hash of the key's text; the text itself is shown once and kept nowhere.
    public var hash: TokenHash
    /// When it was made.
    public var createdAt: Timestamp
    /// When it ends; nil for one that lasts until it is revoked.
    public var expiresAt: Timestamp?
    /// The paths that it is for; nil for all.
    public var scope: KeyScope?

    /// States every part.
    public init(
        id: String, accountID: AccountID, name: KeyName, hash: TokenHash, createdAt: Timestamp,
        expiresAt: Timestamp? = nil, scope: KeyScope? = nil
    ) {
        self.id = id
        self.accountID = accountID
        self.name = name
        self.hash = hash
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.scope = scope
    }

    /// Whether its end has not come yet.
    public func isAlive(at moment: Timestamp) -> Bool { expiresAt.map { moment < $0 } ?? true }

    /// What every key begins with, so that people and programs that look for lost secrets know one when they see it;
    /// no access token begins so.
    public static let prefix = "agk_"

    /// Draws the text of a new key: the prefix, and 256 random bits as 43 characters of base64url.
    public static func newToken(from random: any RandomSource) -> OpaqueToken {
        OpaqueToken(prefix + OpaqueToken(from: random).reveal())
    }
}
