import GatewayKit

struct InMemoryLinks: LinkRecords {
    let records: InMemoryRecords

    func insert(_ link: Link) throws(StorageError) {
        try records.change(storing: [link.accountID.text, link.email.text]) { tables throws(StorageError) in
            guard tables.accounts[link.accountID] != nil, tables.links[link.hash] == nil else {
                throw InMemoryRecords.broken("a link's account does not exist, or its token is used twice")
            }
            tables.links[link.hash] = link
        }
    }

    func link(_ hash: TokenHash, for purpose: Link.Purpose) throws(StorageError) -> Link? {
        records.tables.links[hash].flatMap { $0.purpose == purpose ? $0 : nil }
    }

    func heir(of email: EmailAddress, at moment: Timestamp) throws(StorageError) -> AccountID? {
        records.tables.links.values.filter { $0.purpose == .restore && $0.email == email && $0.expiresAt > moment }
            .min { $0.createdAt < $1.createdAt }?.accountID
    }

    func consume(_ hash: TokenHash) throws(StorageError) -> Bool {
        try records.change { tables throws(StorageError) in tables.links.removeValue(forKey: hash) != nil }
    }

    func deleteAll(of account: AccountID, for purpose: Link.Purpose) throws(StorageError) {
        try records.change { tables throws(StorageError) in
            tables.links = tables.links.filter { $0.value.accountID != account || $0.value.purpose != purpose }
        }
    }

    func deleteAll(
        of account: AccountID, for purpose: Link.Purpose, madeSince moment: Timestamp
    ) throws(StorageError) {
        try records.change { tables throws(StorageError) in
            tables.links = tables.links.filter { _, link in
                link.accountID != account || link.purpose != purpose || link.createdAt < moment
            }
        }
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try records.change { tables throws(StorageError) in
            let dead = tables.links.values.filter { $0.expiresAt < moment }.first(atMost: limit).map(\.hash)
            for hash in dead { tables.links[hash] = nil }
            return dead.count
        }
    }
}
