public import GatewayKit

/// What operators see of the mails in the outbox, and do with them, beside a running server.
public struct MailCare: Sendable {
    private let storage: any Storage
    private let outbox: Outbox
    private let time: any TimeSource

    /// Takes the store, and the outbox that opens what lies in it.
    public init(storage: any Storage, outbox: Outbox, time: any TimeSource) {
        self.storage = storage
        self.outbox = outbox
        self.time = time
    }

    /// What became of a change to one mail.
    public enum Change: Hashable, Sendable {
        /// It was made.
        case made
        /// A gateway has the mail in hand, until then at the latest; nothing was done.
        case inHand(until: Timestamp)
        /// There is no such mail: it was delivered, or never was.
        case missing
    }

    /// At most `limit` mails, the oldest first; those behind `last` alone when it is given, and those that were given
    /// up alone when asked for.
    public func mails(
        after last: WaitingMail? = nil, onlyParked: Bool = false, limit: Int
    ) async throws(AccountsError) -> [WaitingMail] {
        let stored = try await storage.look { records throws(StorageError) in
            try records.outbox.written(after: last?.stored, onlyParked: onlyParked, limit: limit)
        }
        let now = time.now()
        return stored.map { WaitingMail($0, opening: outbox, at: now) }
    }

    /// Has a mail tried again now, as if it never had been; a running gateway finds it within
    /// ``OutboxDelivery/longestRest``.
    public func retry(_ id: String, by someone: Operator) async throws(AccountsError) -> Change {
        try await change(id, .mailRetried, by: someone) { outbox, now throws(StorageError) in
            try outbox.renew(id, dueAt: now)
        }
    }

    /// Erases a mail, which nobody gets then.
    public func drop(_ id: String, by someone: Operator) async throws(AccountsError) -> Change {
        try await change(id, .mailDropped, by: someone) { outbox, _ throws(StorageError) in try outbox.erase(id) }
    }

    /// Has every mail tried again that was given up; how many.
    public func retryParked(by someone: Operator) async throws(AccountsError) -> Int {
        try await changeParked(.mailRetried, by: someone) { outbox, mail, now throws(StorageError) in
            try outbox.renew(mail.id, dueAt: now)
        }
    }

    /// Erases every mail that was given up; how many.
    public func dropParked(by someone: Operator) async throws(AccountsError) -> Int {
        try await changeParked(.mailDropped, by: someone) { outbox, mail, _ throws(StorageError) in
            try outbox.erase(mail.id)
        }
    }

    private func change(
        _ id: String, _ kind: AuditEvent.Kind, by someone: Operator,
        _ body: @escaping @Sendable (any OutboxRecords, Timestamp) throws(StorageError) -> Void
    ) async throws(AccountsError) -> Change {
        let now = time.now()
        return try await storage.commit { records throws(StorageError) in
            guard let mail = try records.outbox.mail(id) else { return .missing }
            guard !mail.isInHand(at: now) else { return .inHand(until: mail.dueAt) }
            try body(records.outbox, now)
            try records.audit.append(someone.event(kind, of: mail, at: now))
            return .made
        }
    }

    /// A batch in a transaction, from the oldest on: it may be stopped half-way, and begins again where it is called
    /// again. What a gateway gives up meanwhile is not met twice.
    private func changeParked(
        _ kind: AuditEvent.Kind, by someone: Operator,
        _ body: @escaping @Sendable (any OutboxRecords, OutboxMail, Timestamp) throws(StorageError) -> Void
    ) async throws(AccountsError) -> Int {
        let now = time.now()
        var count = 0
        var last: OutboxMail?
        repeat {
            let after = last
            let batch = try await storage.commit { records throws(StorageError) in
                let mails = try records.outbox.written(after: after, onlyParked: true, limit: 100)
                for mail in mails {
                    try body(records.outbox, mail, now)
                    try records.audit.append(someone.event(kind, of: mail, at: now))
                }
                return mails
            }
            count += batch.count
            last = batch.last
        } while last != nil
        return count
    }
}

extension OutboxMail {
    /// Whether a gateway has taken it to deliver it, and is not known to be dead.
    func isInHand(at moment: Timestamp) -> Bool { isClaimed && !isParked && dueAt > moment }
}

extension Operator {
    fileprivate func event(_ kind: AuditEvent.Kind, of mail: OutboxMail, at moment: Timestamp) -> AuditEvent {
        visitor.event(kind, of: nil, at: moment, by: actor, facts: ["mail": mail.id])
    }
}
