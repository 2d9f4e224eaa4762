/// The revocation log in one transaction. Ids ascend in the order of the commits, so that whoever asks for those after
/// the last that it has seen misses none; appending is the last thing that a transaction does.
public protocol RevocationRecords {
    /// Appends to the log; the new row's id, greater than that of every row there ever was.
    func append(_ subject: Revocation.Subject, keepUntil: Timestamp) throws(StorageError) -> Int64

    /// At most `limit` rows with ids greater than `id`, in ascending order.
    func rows(after id: Int64, limit: Int) throws(StorageError) -> [Revocation]

    /// Removes rows whose last token expired before a moment, at most `limit`; how many there were.
    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int
}
