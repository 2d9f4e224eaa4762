/// Signing keys in one transaction.
public protocol KeyRecords {
    /// Adds a key.
    func insert(_ key: SigningKeyRecord) throws(StorageError)

    /// All keys, the oldest first.
    func all() throws(StorageError) -> [SigningKeyRecord]

    /// Stores all parts of a key again, by its id; whether it was there.
    func update(_ key: SigningKeyRecord) throws(StorageError) -> Bool

    /// Removes a key; whether it was there.
    func delete(_ id: String) throws(StorageError) -> Bool
}
