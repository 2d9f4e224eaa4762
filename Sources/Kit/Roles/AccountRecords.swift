/// Accounts in one transaction.
public protocol AccountRecords {
    /// Adds an account, unless its name was ever given away or its address belongs to another.
    func insert(_ account: Account) throws(StorageError) -> AccountChange

    /// Stores all parts of an account again, by its id, unless its new name was ever given to another or its new
    /// address belongs to another. The caller raises the version.
    func update(_ account: Account) throws(StorageError) -> AccountChange

    /// Removes an account with its sessions, refresh tokens, API keys and links; its name stays given away. Whether it
    /// was there.
    func delete(_ id: AccountID) throws(StorageError) -> Bool

    /// The account of that id.
    func account(_ id: AccountID) throws(StorageError) -> Account?

    /// The account that has that name now.
    func account(named name: Username) throws(StorageError) -> Account?

    /// The account that has that address now.
    func account(addressed email: EmailAddress) throws(StorageError) -> Account?

    /// At most `limit` accounts in ascending order of their names, those behind `after` alone when it is given.
    func page(after: Username?, limit: Int) throws(StorageError) -> [Account]

    /// At most `limit` accounts in ascending order of their ids, which never change; those behind `after` alone when it
    /// is given.
    func pageByID(after: AccountID?, limit: Int) throws(StorageError) -> [Account]

    /// At most `limit` accounts whose names begin with a text, in ascending order of the names' bytes, those behind
    /// `after` alone when it is given. However many accounts there are, a page costs a small multiple of its length.
    func page(named prefix: TermPrefix, after: String?, limit: Int) throws(StorageError) -> [Account]

    /// The same by their addresses, of accounts whose names do not begin with it.
    func page(addressed prefix: TermPrefix, after: String?, limit: Int) throws(StorageError) -> [Account]

    /// Password hashes of every kind and length that accounts have, the least and the greatest of each in the order of
    /// their bytes. Hashes of one kind begin with the same ``PasswordHash/kindLength`` characters; the costs in hashes
    /// of one length have as many digits, as a rule, so that the greatest is the dearest.
    func hashSamples() throws(StorageError) -> [PasswordHash]
}

/// What became of storing an account.
public enum AccountChange: Hashable, Sendable {
    /// It is stored.
    case stored
    /// Its name was given to another account, now or ever.
    case usernameTaken
    /// Its address belongs to another account.
    case emailTaken
    /// There is no account of that id.
    case missing
}
