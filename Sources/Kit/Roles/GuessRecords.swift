/// Guesses at accounts in one transaction.
public protocol GuessRecords {
    /// The count of that key.
    func count(of key: String) throws(StorageError) -> GuessCount?

    /// Stores a count in place of that key's last one.
    func store(_ count: GuessCount) throws(StorageError)

    /// Forgets a key.
    func clear(_ key: String) throws(StorageError)

    /// Removes counts that mean nothing any more, at most `limit`; how many there were.
    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int
}
