import GatewayKit
import Testing

extension StorageConformance {
    static let audit = [
        Check("every part of an audit event comes back, the youngest first and no more than asked for") { storage in
            let events = [
                AuditEvent(at: Sample.moment(1), kind: AuditEvent.Kind("service_started"), actor: "command-line"),
                AuditEvent(
                    at: Sample.moment(2), kind: AuditEvent.Kind("login_failed"), accountID: AccountID("id-ada"),
                    actor: "self", address: "192.0.2.1", requestID: "r-1",
                    facts: ["agent": Sample.difficultText, "": "empty key", "empty": "", "nul": "\u{0}"]),
                AuditEvent(
                    at: Sample.moment(2), kind: AuditEvent.Kind("login_succeeded"), accountID: AccountID("id-bob"),
                    actor: "self"),
            ]
            try await storage.writing { records in
                for event in events { try records.audit.append(event) }
            }
            let found = try await storage.reading { records in
                [
                    try records.audit.latest(of: nil, limit: 10), try records.audit.latest(of: nil, limit: 1),
                    try records.audit.latest(of: AccountID("id-ada"), limit: 10),
                    try records.audit.latest(of: AccountID("id-zoe"), limit: 10),
                ]
            }
            #expect(found == [events.reversed(), [events[2]], [events[1]], []])
        },
        Check("what is known of an account stays when the account is deleted") { storage in
            try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                try records.audit.append(
                    AuditEvent(
                        at: Sample.moment(1), kind: AuditEvent.Kind("registered"), accountID: AccountID("id-ada"),
                        actor: "self"))
                _ = try records.accounts.delete(AccountID("id-ada"))
            }
            #expect(try await storage.reading { try $0.audit.latest(of: AccountID("id-ada"), limit: 10).count } == 1)
        },
    ]
}
