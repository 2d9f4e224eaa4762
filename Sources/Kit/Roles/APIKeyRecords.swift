/// Personal API keys in one transaction.
public protocol APIKeyRecords {
    /// Adds a key.
    func insert(_ key: APIKey) throws(StorageError)

    /// The key whose text has that hash; an expired one too.
    func key(hashed hash: TokenHash) throws(StorageError) -> APIKey?

    /// All keys of an account, the youngest first; expired ones too.
    func keys(of account: AccountID) throws(StorageError) -> [APIKey]

    /// Removes a key of an account; whether the account had one of that id.
    func delete(_ id: String, of account: AccountID) throws(StorageError) -> Bool

    /// Removes all keys of an account; the ids of those removed.
    func deleteAll(of account: AccountID) throws(StorageError) -> [String]

    /// Removes keys that ended before a moment, at most `limit`; how many there were.
    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int
}
