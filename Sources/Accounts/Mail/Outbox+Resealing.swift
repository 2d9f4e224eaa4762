public import GatewayKit

extension Outbox {
    /// Seals every waiting mail with the first key of the secret file, those that were given up too, a batch in a
    /// transaction: it may be stopped half-way, and begins again where it is called again. What cannot be opened stays.
    public func reseal(
        in storage: any Storage, at moment: Timestamp, by actor: String
    ) async throws(AccountsError) -> Resealing {
        var sum = Resealing()
        var last: String?
        repeat {
            let after = last
            let batch = try await storage.commit { records throws(StorageError) in
                try resealBatch(after: after, records, at: moment, by: actor)
            }
            sum = sum + batch.outcome
            last = batch.last
        } while last != nil
        return sum
    }

    private struct Batch {
        var outcome = Resealing()
        /// The last mail of the batch; nil behind the last batch.
        var last: String?
    }

    private func resealBatch(
        after id: String?, _ records: any Records, at moment: Timestamp, by actor: String
    ) throws(StorageError) -> Batch {
        var batch = Batch()
        for mail in try records.outbox.page(after: id, limit: 100) {
            batch.last = mail.id
            let sealed: [UInt8]?
            do throws(SealError) {
                sealed = try resealed(mail)
            } catch {
                batch.outcome.unopened.append("mail '\(mail.id)' cannot be opened: \(error)")
                continue
            }
            if let sealed {
                try records.outbox.reseal(mail.id, as: sealed)
                batch.outcome.resealed += 1
            } else {
                batch.outcome.kept += 1
            }
        }
        if batch.outcome.resealed > 0 {
            try records.audit.append(
                AuditEvent(
                    at: moment, kind: .mailsResealed, actor: actor, facts: ["count": "\(batch.outcome.resealed)"]))
        }
        return batch
    }
}
