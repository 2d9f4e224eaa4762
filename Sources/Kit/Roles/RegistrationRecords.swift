/// Registrations that wait for their address to be confirmed, in one transaction.
public protocol RegistrationRecords {
    /// Adds a registration, unless its name was ever given to an account or is that of another which ends behind the
    /// moment when this one was made; one that has ended makes room. Whether it was added.
    func insert(_ registration: PendingRegistration) throws(StorageError) -> Bool

    /// The registration of that name, if it ends behind a moment.
    func registration(named name: Username, at moment: Timestamp) throws(StorageError) -> PendingRegistration?

    /// The registration whose link has a token of that hash, if it ends behind a moment.
    func registration(linkedBy link: TokenHash, at moment: Timestamp) throws(StorageError) -> PendingRegistration?

    /// At most `limit` registrations of an address that end behind a moment, the youngest first, and of one moment in
    /// the order of their names.
    func registrations(
        addressed email: EmailAddress, at moment: Timestamp, limit: Int
    ) throws(StorageError) -> [PendingRegistration]

    /// Gives the registration of a name a link in place of its last one, by a mail of that moment.
    func link(_ name: Username, by link: TokenHash, mailedAt moment: Timestamp) throws(StorageError)

    /// Takes the links of all registrations of an address away, and leaves the registrations.
    func unlinkAll(addressed email: EmailAddress) throws(StorageError)

    /// Removes the registration of a name; whether it was there.
    func remove(_ name: Username) throws(StorageError) -> Bool

    /// Removes registrations that ended before a moment, at most `limit`; how many there were.
    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int
}
