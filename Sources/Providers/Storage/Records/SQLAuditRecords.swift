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

    func latest(of account: AccountID?, limit: Int) throws(StorageError) -> [AuditEvent] {
        guard let account else {
            return try connection.rows(
                """
                SELECT at, kind, account_id, actor, address, request_id, facts FROM audit ORDER BY id DESC LIMIT :limit
                """, ["limit": .limit(limit)], read)
        }
        return try connection.rows(
            """
            SELECT at, kind, account_id, actor, address, request_id, facts
            FROM audit WHERE account_id = :account_id ORDER BY id DESC LIMIT :limit
            """, ["account_id": .text(account.text), "limit": .limit(limit)], read)
    }

    private func read(_ row: any SQLRow) throws(StorageError) -> AuditEvent {
        AuditEvent(
            at: try row.moment("at"), kind: AuditEvent.Kind(try row.text("kind")),
            accountID: try row.optionalText("account_id").map { AccountID($0) }, actor: try row.text("actor"),
            address: try row.optionalText("address"), requestID: try row.optionalText("request_id"),
            facts: try decode(try row.text("facts")))
    }

    private func encode(_ facts: [String: String]) throws(StorageError) -> String {
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
