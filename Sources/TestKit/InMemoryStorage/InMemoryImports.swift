import GatewayKit

struct InMemoryImports: ImportRecords {
    let records: InMemoryRecords

    func obstacles(
        to accounts: [Account], withIDs ids: [AccountID], at moment: Timestamp
    ) throws(StorageError) -> ImportObstacles {
        let (ids, names) = (Set(ids), Set(accounts.map(\.username)))
        let addresses = Set(accounts.map(\.email))
        let tables = records.tables
        let holders = tables.accounts.values.filter { holder in
            ids.contains(holder.id) || names.contains(holder.username) || addresses.contains(holder.email)
        }
        let restorable = tables.links.values.filter { $0.purpose == .restore && $0.expiresAt > moment }.map(\.email)
        return ImportObstacles(
            accounts: Set(holders), formerIDs: ids.intersection(tables.audit.compactMap(\.accountID)),
            formerNames: names.intersection(tables.names.keys), inheritedAddresses: addresses.intersection(restorable))
    }

    func insert(_ accounts: [Account], with events: [AuditEvent]) throws(StorageError) {
        for account in accounts {
            guard try records.accounts.insert(account) == .stored else {
                throw InMemoryRecords.broken("something stands in the way of an account")
            }
            _ = try records.registrations.remove(account.username)
        }
        for event in events { try records.audit.append(event) }
    }
}
