import GatewayKit
import Testing

extension StorageConformance {
    static let bounds = [
        Check("no more than none is found or removed, whatever limit below zero is asked for") { storage in
            try await storage.writing { records in
                _ = try records.accounts.insert(Sample.account("ada"))
                try records.sessions.insert(Sample.session("s", of: "ada"), first: Sample.token(1, of: "s"))
                try records.sessions.rotate(Sample.hash(1), nonce: [1], at: Sample.moment(1), to: Sample.hash(2))
                try records.sessions.rotate(Sample.hash(2), nonce: [2], at: Sample.moment(1), to: Sample.hash(3))
                try records.links.insert(Sample.link(4, of: "ada"))
                _ = try records.registrations.insert(Sample.registration("bob"))
                try records.apiKeys.insert(Sample.apiKey("k", 5, of: "ada", expiresAt: Sample.moment(1)))
                try records.outbox.enqueue(Sample.mail("m"))
                try records.guesses.store(Sample.guesses("a", 1))
                try records.audit.append(
                    AuditEvent(at: Sample.moment(1), kind: AuditEvent.Kind("registered"), actor: "self"))
                _ = try records.revocations.append(.session(SessionID("s")), keepUntil: Sample.moment(1))
            }
            let end = Sample.moment(100_000)
            let counts = try await storage.writing { records in
                try [0, -1, .min].map { limit in
                    [
                        try records.accounts.page(after: nil, limit: limit).count,
                        try records.sessions.eraseNonces(of: nil, rotatedBy: end, limit: limit),
                        try records.sessions.eraseNonces(of: SessionID("s"), rotatedBy: end, limit: limit),
                        try records.sessions.endExpired(before: end, idleSince: end, limit: limit),
                        try records.links.deleteExpired(before: end, limit: limit),
                        try records.registrations.deleteExpired(before: end, limit: limit),
                        try records.registrations.registrations(
                            addressed: Sample.registration("bob").email, at: Sample.moment(0), limit: limit
                        ).count,
                        try records.apiKeys.deleteExpired(before: end, limit: limit),
                        try records.outbox.claim(dueAt: end, until: end, limit: limit).count,
                        try records.revocations.rows(after: 0, limit: limit).count,
                        try records.revocations.deleteExpired(before: end, limit: limit),
                        try records.audit.latest(of: nil, limit: limit).count,
                        try records.guesses.deleteExpired(before: end, limit: limit),
                    ]
                }
            }
            #expect(counts == Array(repeating: Array(repeating: 0, count: 13), count: 3))
        },
        Check("a text with NUL is refused, and what it stood in is not stored") { storage in
            try await storage.writing { _ = try $0.accounts.insert(Sample.account("ada")) }
            for (number, store) in storingNUL.enumerated() {
                await #expect(throws: StorageError.self, "number \(number)") { try await storage.writing(store) }
            }
            let left = try await storage.reading { records in
                [
                    try records.accounts.page(after: nil, limit: 10).count,
                    try records.sessions.sessions(of: AccountID("id-ada")).count, try records.keys.all().count,
                    try records.apiKeys.keys(of: AccountID("id-ada")).count,
                    try records.outbox.counts().waiting, try records.revocations.rows(after: 0, limit: 10).count,
                    try records.audit.latest(of: nil, limit: 10).count,
                ]
            }
            #expect(left == [1, 0, 0, 0, 0, 0, 0])
        },
    ]

    /// Each stores something of its kind that holds a NUL.
    private static let storingNUL: [@Sendable (any Records) throws -> Void] = [
        { _ = try $0.accounts.insert(Sample.account("b\u{0}b")) },
        { records in
            var account = Sample.account("ada")
            account.passwordHash = PasswordHash("a\u{0}")
            _ = try records.accounts.update(account)
        },
        { records in
            var session = Sample.session("s", of: "ada")
            session.userAgent = "\u{0}"
            try records.sessions.insert(session, first: Sample.token(1, of: "s"))
        },
        { records in
            var link = Sample.link(1, of: "ada")
            link.email = EmailAddress(stored: "a\u{0}@example.com")
            try records.links.insert(link)
        },
        { _ = try $0.registrations.insert(Sample.registration("b\u{0}b")) },
        { records in
            var registration = Sample.registration("bob")
            registration.email = EmailAddress(stored: "a\u{0}@example.com")
            _ = try records.registrations.insert(registration)
        },
        { records in
            try records.keys.insert(
                SigningKeyRecord(
                    id: "k\u{0}", algorithm: "ES256", state: .active, sealed: [1], createdAt: Sample.moment(1)))
        },
        { records in
            var key = Sample.apiKey("k", 1, of: "ada")
            key.name = KeyName(stored: "\u{0}")
            try records.apiKeys.insert(key)
        },
        { records in
            var key = Sample.apiKey("k", 1, of: "ada")
            key.scope = KeyScope(stored: ["/", "/\u{0}"])
            try records.apiKeys.insert(key)
        },
        { try $0.outbox.enqueue(Sample.mail("\u{0}")) },
        { _ = try $0.revocations.append(.apiKey("\u{0}k"), keepUntil: Sample.moment(1)) },
        { records in
            try records.audit.append(
                AuditEvent(at: Sample.moment(1), kind: AuditEvent.Kind("registered"), actor: "a\u{0}"))
        },
        { try $0.guesses.store(Sample.guesses("a\u{0}", 1)) },
        { records in
            var account = Sample.account("bob")
            account.passwordHash = PasswordHash("a\u{0}")
            try records.imports.insert([account], with: [])
        },
    ]
}
