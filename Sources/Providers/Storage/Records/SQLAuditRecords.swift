import Foundation
import GatewayKit

/// The audit trail; the scripts refuse to change or remove its rows.
struct SQLAuditRecords: AuditRecords {
    let connection: any SQLConnection

    func append(_ event: AuditEvent) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO audit (at, kind, account_id, actor, address, request_id, facts)
            VALUES (:at, :kind, :account_id, :actor, :address, :request_id, :facts)
            """,
            [
                "at": .moment(event.at), "kind": .text(event.kind.word), "account_id": .text(event.accountID?.text),
                "actor": .text(event.actor), "address": .text(event.address), "request_id": .text(event.requestID),
                "facts": .text(try encode(event.facts)),
            ])
    }

    func page(
        _ filter: AuditFilter, after place: AuditPlace?, limit: Int
    ) throws(StorageError) -> [NumberedAuditEvent] {
        let least = Timestamp(milliseconds: .min)
        // No event has the number 0: below it means before the moment.
        let end = AuditPlace(at: filter.until ?? Timestamp(milliseconds: .max), id: filter.until == nil ? .max : 0)
        let bound = place.map { min($0, end) } ?? end
        var values: [String: SQLValue] = [
            "from": .moment(filter.from ?? least), "at": .moment(bound.at), "id": .integer(bound.id),
            "limit": .limit(limit),
        ]
        // A statement for each way through the indexes: with a condition that may be none the engines would take none.
        switch (filter.account, filter.kind) {
        case (nil, nil):
            return try connection.rows(
                """
                SELECT id, at, kind, account_id, actor, address, request_id, facts FROM audit
                WHERE at >= :from AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit
                """, values, readNumbered)
        case (let account?, nil):
            values["account_id"] = .text(account.text)
            return try connection.rows(
                """
                SELECT id, at, kind, account_id, actor, address, request_id, facts FROM audit
                WHERE account_id = :account_id AND at >= :from AND (at, id) < (:at, :id)
                ORDER BY at DESC, id DESC LIMIT :limit
                """, values, readNumbered)
        case (nil, let kind?):
            values["kind"] = .text(kind.word)
            return try connection.rows(
                """
                SELECT id, at, kind, account_id, actor, address, request_id, facts FROM audit
                WHERE kind = :kind AND at >= :from AND (at, id) < (:at, :id)
                ORDER BY at DESC, id DESC LIMIT :limit
                """, values, readNumbered)
        case (let account?, let kind?):
            values["account_id"] = .text(account.text)
            values["kind"] = .text(kind.word)
            return try connection.rows(
                """
                SELECT id, at, kind, account_id, actor, address, request_id, facts FROM audit
                WHERE account_id = :account_id AND kind = :kind AND at >= :from AND (at, id) < (:at, :id)
                ORDER BY at DESC, id DESC LIMIT :limit
                """, values, readNumbered)
        }
    }

    private func readNumbered(_ row: any SQLRow) throws(StorageError) -> NumberedAuditEvent {
        NumberedAuditEvent(id: try row.integer("id"), event: try read(row))
    }

    private func read(_ row: any SQLRow) throws(StorageError) -> AuditEvent {
        AuditEvent(
            at: try row.moment("at"), kind: AuditEvent.Kind(try row.text("kind")),
            accountID: try row.optionalText("account_id").map { AccountID($0) }, actor: try row.text("actor"),
            address: try row.optionalText("address"), requestID: try row.optionalText("request_id"),
            facts: try decode(try row.text("facts")))
    }

    func encode(_ facts: [String: String]) throws(StorageError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(facts), as: UTF8.self)
        } catch {
            throw .broken(cause: error)
        }
    }

    private func decode(_ text: String) throws(StorageError) -> [String: String] {
        do {
            return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        } catch {
            throw .broken(cause: UnreadableColumn("facts"))
        }
    }
}
