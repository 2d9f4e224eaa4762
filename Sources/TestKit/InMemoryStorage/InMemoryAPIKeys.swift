import GatewayKit

struct InMemoryAPIKeys: APIKeyRecords {
    let records: InMemoryRecords

    func insert(_ key: APIKey) throws(StorageError) {
        let texts = [key.id, key.accountID.text, key.name.text] + (key.scope?.patterns ?? [])
        try records.change(storing: texts) { tables throws(StorageError) in
            guard tables.accounts[key.accountID] != nil, tables.apiKeys[key.id] == nil,
                !tables.apiKeys.values.contains(where: { $0.hash == key.hash })
            else { throw InMemoryRecords.broken("a key's account does not exist, or its id or text is used twice") }
            tables.apiKeys[key.id] = key
        }
    }

    func key(hashed hash: TokenHash) throws(StorageError) -> APIKey? {
        records.tables.apiKeys.values.first { $0.hash == hash }
    }

    func keys(of account: AccountID) throws(StorageError) -> [APIKey] {
        records.tables.apiKeys.values.filter { $0.accountID == account }
            .sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
    }

    func delete(_ id: String, of account: AccountID) throws(StorageError) -> Bool {
        try records.change { tables throws(StorageError) in
            guard tables.apiKeys[id]?.accountID == account else { return false }
            return tables.apiKeys.removeValue(forKey: id) != nil
        }
    }

    func deleteAll(of account: AccountID) throws(StorageError) -> [String] {
        let ids = try keys(of: account).map(\.id)
        for id in ids { _ = try delete(id, of: account) }
        return ids
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try records.change { tables throws(StorageError) in
            let dead = tables.apiKeys.values.filter { $0.expiresAt.map { $0 < moment } ?? false }
            let chosen = dead.first(atMost: limit).map(\.id)
            for id in chosen { tables.apiKeys[id] = nil }
            return chosen.count
        }
    }
}
