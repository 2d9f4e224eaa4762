/// Sessions, their refresh tokens and their browsers' cookies in one transaction.
public protocol SessionRecords {
    /// Adds a session and the first refresh token of its family.
    func insert(_ session: Session, first token: RefreshTokenRecord) throws(StorageError)

    /// The session of that id.
    func session(_ id: SessionID) throws(StorageError) -> Session?

    /// All sessions of an account, the youngest first.
    func sessions(of account: AccountID) throws(StorageError) -> [Session]

    /// Notes that a session was used.
    func touch(_ id: SessionID, at moment: Timestamp) throws(StorageError)

    /// Lets a living session be shown by a cookie too, whose value has that hash.
    func addCookie(_ hash: TokenHash, to id: SessionID) throws(StorageError)

    /// The session that a cookie shows whose value has that hash.
    func session(ofCookie hash: TokenHash) throws(StorageError) -> Session?

    /// Removes a session, its tokens and its cookies; whether it was there.
    func end(_ id: SessionID) throws(StorageError) -> Bool

    /// Removes all sessions of an account but one, with their tokens and cookies; the ids of those removed.
    func endAll(of account: AccountID, except kept: SessionID?) throws(StorageError) -> [SessionID]

    /// Removes sessions that ended before a moment or were last used before another: their tokens first, then
    /// themselves, at most `limit` of both together, so that the rest is left to the next call; how many there were.
    func endExpired(before moment: Timestamp, idleSince: Timestamp, limit: Int) throws(StorageError) -> Int

    /// The refresh token of that hash.
    func refreshToken(_ hash: TokenHash) throws(StorageError) -> RefreshTokenRecord?

    /// Notes that a token was rotated with a nonce, and adds its successor to the family.
    func rotate(_ hash: TokenHash, nonce: [UInt8], at moment: Timestamp, to successor: TokenHash) throws(StorageError)

    /// Erases the nonces of tokens that were rotated at a moment or before and whose successor has been rotated too,
    /// after which a repeat of them is a replay: of one session, or of all when none is given, at most `limit`; how
    /// many there were.
    func eraseNonces(of session: SessionID?, rotatedBy moment: Timestamp, limit: Int) throws(StorageError) -> Int
}
