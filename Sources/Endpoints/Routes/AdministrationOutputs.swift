import GatewayAccounts
import GatewayHTTP
import GatewayKit

extension Output where Value == Account {
    /// An account as administrators see it: never its password's hash.
    static let user = object(
        "User", "Somebody's account.",
        OutputField("id", .text, "Its id, which stays and is never given again.", example: .string(exampleID)) {
            $0.id.text
        },
        OutputField("username", .text, "The name to log in with.", example: "johndoe") { $0.username.text },
        OutputField("email", .text, "The address that mail goes to.", example: "john@example.com") { $0.email.text },
        OutputField("email_verified", .boolean, "Whether the address is known to be its owner's.") {
            $0.isEmailVerified
        },
        OutputField("groups", .list(of: .text), "The groups that it is in.", example: ["family"]) {
            $0.groups.map(\.text)
        },
        OutputField("disabled", .boolean, "Whether nobody can use it.", example: false) { $0.isDisabled },
        OutputField("created_at", .instant, "When it was made.") { $0.createdAt },
        OutputField("last_login_at", .optional(.instant), "When somebody last logged in to it.") { $0.lastLoginAt })
}

extension Output where Value == UserAdministration.Page {
    /// A page of accounts.
    static let userPage = object(
        "UserPage", "A part of a list of accounts.",
        OutputField("users", .list(of: .user), "The accounts.") { $0.accounts },
        OutputField(
            "next", .optional(.text), "What 'after' is for the next page; null for the last one.", example: "am9obmRvZQ"
        ) { page in page.next.map { Cursor.text(behind: $0) } })
}

extension Output where Value == NumberedAuditEvent {
    /// An event as administrators see it.
    static let event = object(
        "AuditEvent", "Something that has happened.",
        OutputField("id", .wholeNumber, "Its number, which ascends.", example: 42) { $0.id },
        OutputField("at", .instant, "When it happened.") { $0.event.at },
        OutputField("kind", .text, "What happened.", example: "login_failed") { $0.event.kind.word },
        OutputField(
            "account", .optional(.text), "The id of the account that it concerns, if one is known.",
            example: .string(exampleID)
        ) { $0.event.accountID?.text },
        OutputField(
            "actor", .text, "Who did it: 'self', 'command-line', 'gateway', or an administrator's account id.",
            example: "self"
        ) { $0.event.actor },
        OutputField("ip", .optional(.text), "The client's address, if there was a client.", example: "192.0.2.7") {
            $0.event.address
        },
        OutputField(
            "request_id", .optional(.text), "The request's id, if there was a request.", example: .string(exampleID)
        ) { $0.event.requestID },
        OutputField("facts", .facts, "Further facts by name.", example: ["reason": "password"]) { $0.event.facts })
}

extension Output where Value == [String: String] {
    /// Texts by name.
    fileprivate static let facts = Output(.anyObject) { facts in
        .object(facts.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) })
    }
}

extension Output where Value == AuditPage {
    /// A page of events.
    static let auditPage = object(
        "AuditPage", "A part of the audit trail.",
        OutputField("events", .list(of: .event), "The events, the youngest first.") { $0.events },
        OutputField(
            "next", .optional(.text), "What 'after' is for the next page; null for the last one.",
            example: "MTc2OTg0ODIwMDAwMCA0Mg"
        ) { page in page.next.map { Cursor.text(behind: $0) } })
}
