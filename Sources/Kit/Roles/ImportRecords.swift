/// Accounts that come from other systems in batches, in one transaction: each batch is looked up at once and stored at
/// once, for a statement may have to travel to a server.
public protocol ImportRecords {
    /// What stands in the way of adding accounts at a moment: who has their names, their addresses, or one of `ids`,
    /// those of their ids that came with them. One that was just drawn at random nobody has, so it is not looked up.
    func obstacles(
        to accounts: [Account], withIDs ids: [AccountID], at moment: Timestamp
    ) throws(StorageError) -> ImportObstacles

    /// Adds accounts in their order, each with its event in the audit trail, and ends registrations that wait under
    /// their names. Nothing stands in the way of any: that was looked up in this transaction, and none is in the way of
    /// another. Where one is all the same, this throws.
    func insert(_ accounts: [Account], with events: [AuditEvent]) throws(StorageError)
}

/// What a store has that accounts cannot be added beside.
public struct ImportObstacles: Hashable, Sendable {
    /// The accounts that have one of the ids, names or addresses now, in no order, each once.
    public var accounts: Set<Account>
    /// Of the ids, those that the audit trail has: they were given away, and are never used again.
    public var formerIDs: Set<AccountID>
    /// Of the names, those that were ever given away.
    public var formerNames: Set<Username>
    /// Of the addresses, those that a link can give back to an account (``LinkRecords/heir(of:at:)``).
    public var inheritedAddresses: Set<EmailAddress>

    /// States every part.
    public init(
        accounts: Set<Account> = [], formerIDs: Set<AccountID> = [], formerNames: Set<Username> = [],
        inheritedAddresses: Set<EmailAddress> = []
    ) {
        self.accounts = accounts
        self.formerIDs = formerIDs
        self.formerNames = formerNames
        self.inheritedAddresses = inheritedAddresses
    }
}
