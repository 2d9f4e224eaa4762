/// An account's id: never reused, stated to others as `sub` and `Remote-Subject`.
public struct AccountID: Hashable, Sendable {
    /// The id as it stands in the store and in tokens.
    public let text: String

    /// Takes an id as it stands in the store or in a token; nothing is checked.
    public init(_ text: String) { self.text = text }

    /// Draws a new id of 128 random bits.
    public init(from random: any RandomSource) { text = random.identifier() }
}

/// A session's id: one login on one device, and the family of its refresh tokens; stated in tokens as `sid`.
public struct SessionID: Hashable, Sendable {
    /// The id as it stands in the store and in tokens.
    public let text: String

    /// Takes an id as it stands in the store or in a token; nothing is checked.
    public init(_ text: String) { self.text = text }

    /// Draws a new id of 128 random bits.
    public init(from random: any RandomSource) { text = random.identifier() }
}

/// A session and whose it is: who calls, as far as the rules of the field need to know.
public struct AccountSession: Hashable, Sendable {
    /// The session.
    public let sessionID: SessionID
    /// The account that it belongs to.
    public let accountID: AccountID

    /// States both.
    public init(sessionID: SessionID, accountID: AccountID) {
        self.sessionID = sessionID
        self.accountID = accountID
    }
}

/// What is stored of an opaque token (refresh token, link, cookie, API key): its SHA-256, 32 bytes.
public struct TokenHash: Hashable, Sendable {
    /// The 32 bytes of the hash.
    public let bytes: [UInt8]

    /// Takes the 32 bytes of a hash as they stand in the store; nothing is checked.
    public init(bytes: [UInt8]) { self.bytes = bytes }
}
