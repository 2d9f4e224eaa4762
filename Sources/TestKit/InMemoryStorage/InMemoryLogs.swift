import GatewayKit

struct InMemoryRevocations: RevocationRecords {
    let records: InMemoryRecords

    func append(_ subject: Revocation.Subject, keepUntil: Timestamp) throws(StorageError) -> Int64 {
        try records.change(storing: [Self.text(of: subject)]) { tables throws(StorageError) in
            tables.lastRevocationID += 1
            tables.revocations.append(Revocation(id: tables.lastRevocationID, subject: subject, keepUntil: keepUntil))
            return tables.lastRevocationID
        }
    }

    func rows(after id: Int64, limit: Int) throws(StorageError) -> [Revocation] {
        Array(records.tables.revocations.lazy.filter { $0.id > id }.first(atMost: limit))
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try records.change { tables throws(StorageError) in
            let dead = Set(tables.revocations.filter { $0.keepUntil < moment }.first(atMost: limit).map(\.id))
            tables.revocations.removeAll { dead.contains($0.id) }
            return dead.count
        }
    }

    private static func text(of subject: Revocation.Subject) -> String {
        switch subject {
        case .session(let id): id.text
        case .apiKey(let id), .signingKey(let id): id
        case .account(let id, _): id.text
        }
    }
}

struct InMemoryAudit: AuditRecords {
    let records: InMemoryRecords

    func append(_ event: AuditEvent) throws(StorageError) {
        guard !records.refusesAudit else { throw InMemoryRecords.broken("a test closed the audit trail") }
        let texts = [event.kind.word, event.accountID?.text, event.actor, event.address, event.requestID]
        try records.change(storing: texts) { tables throws(StorageError) in tables.audit.append(event) }
    }

    func page(
        _ filter: AuditFilter, after place: AuditPlace?, limit: Int
    ) throws(StorageError) -> [NumberedAuditEvent] {
        let events = records.tables.audit.enumerated().map { NumberedAuditEvent(id: Int64($0) + 1, event: $1) }
        let wanted = events.filter { one in filter.matches(one.event) && place.map { one.place < $0 } ?? true }
        return Array(wanted.sorted { $0.place > $1.place }.first(atMost: limit))
    }
}

struct InMemoryGuesses: GuessRecords {
    let records: InMemoryRecords

    func count(of key: String) throws(StorageError) -> GuessCount? { records.tables.guesses[key] }

    func store(_ count: GuessCount) throws(StorageError) {
        try records.change(storing: [count.key]) { tables throws(StorageError) in tables.guesses[count.key] = count }
    }

    func clear(_ key: String) throws(StorageError) {
        try records.change { tables throws(StorageError) in tables.guesses[key] = nil }
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try records.change { tables throws(StorageError) in
            let dead = tables.guesses.values.filter { $0.keepUntil < moment }.first(atMost: limit).map(\.key)
            for key in dead { tables.guesses[key] = nil }
            return dead.count
        }
    }
}
