/// The append-only audit trail in one transaction.
public protocol AuditRecords {
    /// Appends an event.
    func append(_ event: AuditEvent) throws(StorageError)

    /// At most `limit` events, the youngest first, of one account alone when it is given.
    func latest(of account: AccountID?, limit: Int) throws(StorageError) -> [AuditEvent]
}
