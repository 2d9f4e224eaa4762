import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct OutboxResealingTests {
    private static let (old, new) = (key("old", 1), key("new", 2))
    private let storage = InMemoryStorage(repeatsWrites: true)
    private let before = Outbox(keyring: SecretKeyring([old]), signal: Signal())
    private let between = Outbox(keyring: SecretKeyring([new, old]), signal: Signal())
    private let after = Outbox(keyring: SecretKeyring([new]), signal: Signal())

    @Test func `every mail opens with the first key alone afterwards, those that were given up too`() async throws {
        let mails = try (0..<250).map { try mail("m\($0)") }
        try await enqueue(mails.map(before.seal))
        try await storage.write { records throws(StorageError) in
            try records.outbox.park("m7", because: "refused")
        }
        let outcome = try await reseal(by: between)
        #expect(outcome.resealed == 250)
        #expect(outcome.kept == 0)
        #expect(outcome.unopened == [])
        #expect(try Set(await stored().map { try after.open($0).id }) == Set(mails.map(\.id)))
        #expect(try await stored().filter(\.isParked).map(\.id) == ["m7"])
        let counts = try await storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 10).map { "\($0.kind.word) \($0.facts["count"] ?? "")" }
        }
        #expect(counts == ["mails_resealed 50", "mails_resealed 100", "mails_resealed 100"])
    }

    @Test func `the second time nothing is left to do`() async throws {
        try await enqueue([before.seal(mail("m1")), between.seal(mail("m2"))])
        #expect(try await reseal(by: between).resealed == 1)
        let stored = try await stored()
        let again = try await reseal(by: between)
        #expect(again.resealed == 0)
        #expect(again.kept == 2)
        #expect(try await self.stored() == stored)
    }

    @Test func `what cannot be opened is named, stays, and holds up nothing`() async throws {
        let lost = Outbox(keyring: SecretKeyring([Self.key("lost", 3)]), signal: Signal())
        var damaged = try between.seal(mail("m2"))
        damaged.sealed[20] ^= 1
        try await enqueue([lost.seal(mail("m1")), damaged, before.seal(mail("m3"))])
        let outcome = try await reseal(by: between)
        #expect(outcome.resealed == 1)
        #expect(
            outcome.unopened == [
                "mail 'm1' cannot be opened: server.secret_file does not fit, it has no key 'lost'",
                "mail 'm2' cannot be opened: server.secret_file does not fit, or it is damaged",
            ])
        #expect(try lost.open(try await stored()[0]).id == "m1")
    }

    private static func key(_ id: String, _ byte: UInt8) -> (id: String, key: Secret<[UInt8]>) {
        (id, Secret([UInt8](repeating: byte, count: 32)))
    }

    private func mail(_ id: String) throws -> Mail {
        try Mail(
            id: id, recipient: try EmailAddress("a@example.com"), subject: "subject", text: "text\n",
            createdAt: Timestamp(seconds: 5))
    }

    private func enqueue(_ mails: [OutboxMail]) async throws {
        try await storage.write { records throws(StorageError) in
            for mail in mails { try records.outbox.enqueue(mail) }
        }
    }

    private func reseal(by outbox: Outbox) async throws -> Resealing {
        try await outbox.reseal(in: storage, at: Timestamp(seconds: 9), by: "command-line")
    }

    private func stored() async throws -> [OutboxMail] {
        try await storage.read { records throws(StorageError) in try records.outbox.page(after: nil, limit: 1000) }
    }
}
