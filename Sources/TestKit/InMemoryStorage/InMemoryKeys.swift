import GatewayKit

struct InMemoryKeys: KeyRecords {
    let records: InMemoryRecords

    func insert(_ key: SigningKeyRecord) throws(StorageError) {
        try records.change(storing: [key.id, key.algorithm]) { tables throws(StorageError) in
            guard !tables.keys.contains(where: { $0.id == key.id }) else {
                throw InMemoryRecords.broken("a key's id is used twice")
            }
            tables.keys.append(key)
        }
    }

    func all() throws(StorageError) -> [SigningKeyRecord] {
        records.tables.keys.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    func update(_ key: SigningKeyRecord) throws(StorageError) -> Bool {
        try records.change(storing: [key.id, key.algorithm]) { tables throws(StorageError) in
            guard let index = tables.keys.firstIndex(where: { $0.id == key.id }) else { return false }
            tables.keys[index] = key
            return true
        }
    }

    func delete(_ id: String) throws(StorageError) -> Bool {
        try records.change { tables throws(StorageError) in
            let count = tables.keys.count
            tables.keys.removeAll { $0.id == id }
            return tables.keys.count < count
        }
    }
}
