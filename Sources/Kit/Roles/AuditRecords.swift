/// The append-only audit trail in one transaction.
public protocol AuditRecords {
    /// Appends an event.
    func append(_ event: AuditEvent) throws(StorageError)

    /// At most `limit` events that a filter lets through, the youngest first, those behind a place alone when it is
    /// given: the older ones. However long the trail is, no more is looked at than is given.
    func page(
        _ filter: AuditFilter, after place: AuditPlace?, limit: Int
    ) throws(StorageError) -> [NumberedAuditEvent]
}

extension AuditRecords {
    /// At most `limit` events, the youngest first, of one account alone when it is given.
    public func latest(of account: AccountID?, limit: Int) throws(StorageError) -> [AuditEvent] {
        try page(AuditFilter(account: account), after: nil, limit: limit).map(\.event)
    }
}
