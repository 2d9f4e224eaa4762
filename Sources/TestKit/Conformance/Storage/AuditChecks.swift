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
        Check("a page of the trail has what the filter lets through, the youngest first, and goes on behind a place") {
            storage in
            // The moments do not ascend with the numbers, for the clocks of several gateways differ.
            let appended: [(Int64, String, String?)] = [
                (3, "login_failed", "ada"), (1, "login_failed", "bob"), (2, "login_failed", "ada"),
                (3, "registered", "ada"), (3, "login_failed", nil), (2, "registered", "bob"),
                (5, "login_failed", "ada"),
            ]
            try await storage.writing { records in
                for (moment, kind, name) in appended {
                    try records.audit.append(
                        AuditEvent(
                            at: Sample.moment(moment), kind: AuditEvent.Kind(kind),
                            accountID: name.map { AccountID("id-\($0)") }, actor: "self"))
                }
            }
            let (ada, failed) = (AccountID("id-ada"), AuditEvent.Kind("login_failed"))
            let filters = [
                AuditFilter(), AuditFilter(account: ada), AuditFilter(kind: failed),
                AuditFilter(account: ada, kind: failed), AuditFilter(from: Sample.moment(2), until: Sample.moment(3)),
                AuditFilter(account: ada, from: Sample.moment(3)), AuditFilter(kind: failed, until: Sample.moment(2)),
                AuditFilter(account: ada, kind: failed, from: Sample.moment(3), until: Sample.moment(5)),
                AuditFilter(kind: failed, from: Sample.moment(3)), AuditFilter(account: AccountID("id-zoe")),
                AuditFilter(from: Sample.moment(3), until: Sample.moment(2)),
            ]
            let pages = try await storage.reading { records in
                try filters.map { try records.audit.page($0, after: nil, limit: 10) }
            }
            // The numbers are the store's own; here they stand for the places in the list above.
            let numbers = pages[0].map(\.id).sorted()
            #expect(numbers == Array(Set(numbers)).sorted() && numbers.count == appended.count)
            let places = pages.map { page in page.map { event in numbers.firstIndex(of: event.id) ?? -1 } }
            #expect(
                places == [
                    [6, 4, 3, 0, 5, 2, 1], [6, 3, 0, 2], [6, 4, 0, 2, 1], [6, 0, 2], [5, 2], [6, 3, 0], [1], [0],
                    [6, 4, 0], [],
                    [],
                ])
            for (filter, whole) in zip(filters, pages) {
                var (walked, place) = ([NumberedAuditEvent](), AuditPlace?.none)
                repeat {
                    let page = try await storage.reading { [place] in
                        try $0.audit.page(filter, after: place, limit: 2)
                    }
                    walked += page
                    place = page.last?.place
                } while place != nil && walked.count <= whole.count
                #expect(walked == whole)
            }
            #expect(try await storage.reading { try $0.audit.page(AuditFilter(), after: nil, limit: 0) } == [])
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
