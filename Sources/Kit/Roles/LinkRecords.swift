/// Mailed links in one transaction.
public protocol LinkRecords {
    /// Adds a link.
    func insert(_ link: Link) throws(StorageError)

    /// The link of that hash, unless it was for another purpose; expired ones too.
    func link(_ hash: TokenHash, for purpose: Link.Purpose) throws(StorageError) -> Link?

    /// The account that a link which ends behind a moment can give an address back to, if one can; the address is
    /// nobody else's until then.
    func heir(of email: EmailAddress, at moment: Timestamp) throws(StorageError) -> AccountID?

    /// Removes a link; whether it was there, so that of parallel uses one wins.
    func consume(_ hash: TokenHash) throws(StorageError) -> Bool

    /// Removes all links of an account for one purpose.
    func deleteAll(of account: AccountID, for purpose: Link.Purpose) throws(StorageError)

    /// Removes the links of an account for one purpose that were made at a moment or later.
    func deleteAll(
        of account: AccountID, for purpose: Link.Purpose, madeSince moment: Timestamp
    ) throws(StorageError)

    /// Removes links that ended before a moment, at most `limit`; how many there were.
    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int
}
