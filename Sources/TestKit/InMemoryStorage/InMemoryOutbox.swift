import GatewayKit

struct InMemoryOutbox: OutboxRecords {
    let records: InMemoryRecords

    func enqueue(_ mail: OutboxMail) throws(StorageError) {
        try records.change(storing: [mail.id]) { tables throws(StorageError) in
            guard !tables.outbox.contains(where: { $0.id == mail.id }) else {
                throw InMemoryRecords.broken("a mail's id is used twice")
            }
            tables.outbox.append(mail)
        }
    }

    func claim(dueAt moment: Timestamp, until: Timestamp, limit: Int) throws(StorageError) -> [OutboxMail] {
        try records.change { tables throws(StorageError) in
            let due = tables.outbox.filter { !$0.isParked && $0.dueAt <= moment }.sorted { $0.dueAt < $1.dueAt }
            return due.first(atMost: limit).map { mail in
                var claimed = mail
                claimed.dueAt = until
                claimed.attempts += 1
                claimed.isClaimed = true
                Self.change(mail.id, &tables) { $0 = claimed }
                return claimed
            }
        }
    }

    func nextDue() throws(StorageError) -> Timestamp? {
        records.tables.outbox.filter { !$0.isParked }.map(\.dueAt).min()
    }

    func oldest() throws(StorageError) -> Timestamp? {
        records.tables.outbox.filter { !$0.isParked }.map(\.createdAt).min()
    }

    func erase(_ id: String) throws(StorageError) {
        try records.change { tables throws(StorageError) in tables.outbox.removeAll { $0.id == id } }
    }

    func putOff(_ id: String, until: Timestamp, because failure: String) throws(StorageError) {
        try records.change(storing: [failure]) { tables throws(StorageError) in
            Self.change(id, &tables) { mail in (mail.dueAt, mail.isClaimed, mail.failure) = (until, false, failure) }
        }
    }

    func park(_ id: String, because failure: String) throws(StorageError) {
        try records.change(storing: [failure]) { tables throws(StorageError) in
            Self.change(id, &tables) { mail in (mail.isParked, mail.isClaimed, mail.failure) = (true, false, failure) }
        }
    }

    func renew(_ id: String, dueAt moment: Timestamp) throws(StorageError) {
        try records.change { tables throws(StorageError) in
            Self.change(id, &tables) { mail in
                (mail.attempts, mail.dueAt, mail.isClaimed, mail.isParked) = (0, moment, false, false)
            }
        }
    }

    func mail(_ id: String) throws(StorageError) -> OutboxMail? { records.tables.outbox.first { $0.id == id } }

    func written(after mail: OutboxMail?, onlyParked: Bool, limit: Int) throws(StorageError) -> [OutboxMail] {
        let behind = records.tables.outbox.filter { other in
            (mail.map { Self.isWritten($0, before: other) } ?? true) && (other.isParked || !onlyParked)
        }
        return Array(behind.sorted(by: Self.isWritten).first(atMost: limit))
    }

    func page(after id: String?, limit: Int) throws(StorageError) -> [OutboxMail] {
        let behind = records.tables.outbox.filter { mail in id.map { $0 < mail.id } ?? true }
        return Array(behind.sorted { $0.id < $1.id }.first(atMost: limit))
    }

    func reseal(_ id: String, as sealed: [UInt8]) throws(StorageError) {
        try records.change { tables throws(StorageError) in Self.change(id, &tables) { $0.sealed = sealed } }
    }

    func counts() throws(StorageError) -> (waiting: Int, parked: Int) {
        let parked = records.tables.outbox.count { $0.isParked }
        return (records.tables.outbox.count - parked, parked)
    }

    private static func isWritten(_ mail: OutboxMail, before other: OutboxMail) -> Bool {
        (mail.createdAt, mail.id) < (other.createdAt, other.id)
    }

    private static func change(_ id: String, _ tables: inout Tables, _ body: (inout OutboxMail) -> Void) {
        for index in tables.outbox.indices where tables.outbox[index].id == id { body(&tables.outbox[index]) }
    }
}
