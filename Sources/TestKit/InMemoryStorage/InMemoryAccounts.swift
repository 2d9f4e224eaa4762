import GatewayKit

struct InMemoryAccounts: AccountRecords {
    let records: InMemoryRecords

    func insert(_ account: Account) throws(StorageError) -> AccountChange {
        try records.change(storing: Self.texts(of: account)) { tables throws(StorageError) in
            guard tables.accounts[account.id] == nil else {
                throw InMemoryRecords.broken("an account's id is used twice")
            }
            if tables.names[account.username] != nil { return .usernameTaken }
            return Self.store(account, &tables)
        }
    }

    func update(_ account: Account) throws(StorageError) -> AccountChange {
        try records.change(storing: Self.texts(of: account)) { tables throws(StorageError) in
            guard tables.accounts[account.id] != nil else { return .missing }
            if let owner = tables.names[account.username], owner != account.id { return .usernameTaken }
            return Self.store(account, &tables)
        }
    }

    func delete(_ id: AccountID) throws(StorageError) -> Bool {
        let sessions = InMemorySessions(records: records)
        _ = try sessions.endAll(of: id, except: nil)
        return try records.change { tables throws(StorageError) in
            tables.links = tables.links.filter { $0.value.accountID != id }
            tables.apiKeys = tables.apiKeys.filter { $0.value.accountID != id }
            return tables.accounts.removeValue(forKey: id) != nil
        }
    }

    func account(_ id: AccountID) throws(StorageError) -> Account? { records.tables.accounts[id] }

    func account(named name: Username) throws(StorageError) -> Account? {
        records.tables.accounts.values.first { $0.username == name }
    }

    func account(addressed email: EmailAddress) throws(StorageError) -> Account? {
        records.tables.accounts.values.first { $0.email == email }
    }

    func page(after: Username?, limit: Int) throws(StorageError) -> [Account] {
        let behind = records.tables.accounts.values.filter { account in
            after.map { $0.text < account.username.text } ?? true
        }
        return Array(behind.sorted { $0.username.text < $1.username.text }.first(atMost: limit))
    }

    func pageByID(after: AccountID?, limit: Int) throws(StorageError) -> [Account] {
        let behind = records.tables.accounts.values.filter { account in
            after.map { $0.text < account.id.text } ?? true
        }
        return Array(behind.sorted { $0.id.text < $1.id.text }.first(atMost: limit))
    }

    func page(named prefix: TermPrefix, after: String?, limit: Int) throws(StorageError) -> [Account] {
        page(by: \.username.text, prefix, after, limit)
    }

    func page(addressed prefix: TermPrefix, after: String?, limit: Int) throws(StorageError) -> [Account] {
        page(by: \.email.text, prefix, after, limit) { !prefix.begins($0.username.text) }
    }

    private func page(
        by term: (Account) -> String, _ prefix: TermPrefix, _ after: String?, _ limit: Int,
        where isWanted: (Account) -> Bool = { _ in true }
    ) -> [Account] {
        let found = records.tables.accounts.values.filter { account in
            prefix.begins(term(account)) && isWanted(account)
                && after.map { TermPrefix.isAscending($0, term(account)) } ?? true
        }
        return Array(found.sorted { TermPrefix.isAscending(term($0), term($1)) }.first(atMost: limit))
    }

    func hashSamples() throws(StorageError) -> [PasswordHash] {
        let hashes = records.tables.accounts.values.map { $0.passwordHash.reveal() }
        let kinds = Dictionary(grouping: hashes) { [String($0.prefix(PasswordHash.kindLength)), "\($0.count)"] }.values
        return Set(kinds.flatMap { [$0.min(), $0.max()].compactMap(\.self) }).map { PasswordHash($0) }
    }

    private static func texts(of account: Account) -> [String] {
        [account.id.text, account.username.text, account.email.text, account.passwordHash.reveal()]
            + account.groups.map(\.text)
    }

    private static func store(_ account: Account, _ tables: inout Tables) -> AccountChange {
        let rival = tables.accounts.values.first { $0.email == account.email && $0.id != account.id }
        if rival != nil { return .emailTaken }
        tables.accounts[account.id] = account
        tables.names[account.username] = account.id
        return .stored
    }
}
