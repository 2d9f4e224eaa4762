/// Mails that wait for delivery, in one transaction.
public protocol OutboxRecords {
    /// Adds a mail.
    func enqueue(_ mail: OutboxMail) throws(StorageError)

    /// At most `limit` mails that are due and not parked, the longest due first. Each is claimed until `until` and its
    /// attempts are raised by one, so that no other node takes it and a dead one's claim expires.
    func claim(dueAt moment: Timestamp, until: Timestamp, limit: Int) throws(StorageError) -> [OutboxMail]

    /// When the next mail that is not parked falls due.
    func nextDue() throws(StorageError) -> Timestamp?

    /// When the oldest mail that is not parked was written.
    func oldest() throws(StorageError) -> Timestamp?

    /// Erases a mail that was delivered, or that nobody is to get.
    func erase(_ id: String) throws(StorageError)

    /// Puts a mail off until it is tried again, and ends its claim; why, for operators.
    func putOff(_ id: String, until: Timestamp, because failure: String) throws(StorageError)

    /// Gives a mail up, for an operator to look at, and ends its claim; why, for operators.
    func park(_ id: String, because failure: String) throws(StorageError)

    /// Has a mail tried again from `moment` on as if it never had been, parked or not; why it was not taken stays.
    func renew(_ id: String, dueAt moment: Timestamp) throws(StorageError)

    /// The mail of that id, parked or not.
    func mail(_ id: String) throws(StorageError) -> OutboxMail?

    /// At most `limit` mails, the oldest first and of one moment in the order of their ids; those behind `mail` alone
    /// when it is given, and parked ones alone when asked for.
    func written(after mail: OutboxMail?, onlyParked: Bool, limit: Int) throws(StorageError) -> [OutboxMail]

    /// At most `limit` mails in the ascending order of their ids, parked ones too; those behind `id` alone when it is
    /// given.
    func page(after id: String?, limit: Int) throws(StorageError) -> [OutboxMail]

    /// Stores a mail sealed anew; nothing else of it changes, and one that was delivered meanwhile stays erased.
    func reseal(_ id: String, as sealed: [UInt8]) throws(StorageError)

    /// How many mails wait, parked ones apart.
    func counts() throws(StorageError) -> (waiting: Int, parked: Int)
}
