import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct MailCareTests {
    private let post = Post(storage: InMemoryStorage(repeatsWrites: true))

    private var care: MailCare { MailCare(storage: post.storage, outbox: post.outbox, time: post.time) }

    @Test func `operators see where each mail stands and what is on its envelope, and nothing of its text`()
        async throws
    {
        for id in ["m1", "m2", "m3"] {
            try await post.enqueue(id)
            post.time.advance(by: .seconds(1))
        }
        try await write { outbox, now throws(StorageError) in
            try outbox.park("m1", because: "550")
            _ = try outbox.claim(dueAt: now, until: now + .seconds(60), limit: 1)
        }
        let mails = try await care.mails(limit: 9)
        #expect(mails.map(\.id) == ["m1", "m2", "m3"])
        let start = mails[0].createdAt
        #expect(
            mails.map(\.state) == [
                .parked, .claimed(until: start + .seconds(63)), .waiting(until: start + .seconds(2)),
            ])
        #expect(mails.map(\.failure) == ["550", nil, nil])
        #expect(mails.map(\.attempts) == [0, 1, 0])
        let envelope = try mails[0].envelope.get()
        #expect(envelope.recipient == "john@example.com" && envelope.subject == "canary m1")
        #expect(!"\(envelope)".contains("https://"))
        #expect(try await care.mails(after: mails[1], limit: 9).map(\.id) == ["m3"])
        #expect(try await care.mails(onlyParked: true, limit: 9).map(\.id) == ["m1"])
        post.time.advance(by: .seconds(60))
        #expect(try await care.mails(limit: 9)[1].state == .waiting(until: start + .seconds(63)), "nobody has it")
    }

    @Test func `a mail that cannot be opened is shown with the reason`() async throws {
        try await Post(key: 2, storage: post.storage).enqueue("m1")
        let envelope = try #require(try await care.mails(limit: 9).first).envelope
        let reason = #expect(throws: UnreadableMail.self) { try envelope.get() }
        #expect(reason?.description == "server.secret_file does not fit, or it is damaged")
    }

    @Test func `a mail that was given up is tried again from the first pause on`() async throws {
        try await post.enqueue("m1", attempts: 19)
        post.mailer.fail(2, with: .temporary(cause: Busy()))
        try await post.whileDelivering {
            try await post.waitForRest()
            #expect(try await care.mails(limit: 9).first?.state == .parked)
            #expect(try await care.mails(limit: 9).first?.failure == "busy")
            #expect(try await care.retry("m1", by: .commandLine) == .made)
            post.time.advance(by: .seconds(5))
            try await post.waitForRest()
            #expect(try await care.mails(limit: 9).first?.attempts == 1)
            post.time.advance(by: .seconds(1))
            await post.mailer.waitForMails(1)
            try await post.waitForRest()
        }
        #expect(try await post.counts() == [0, 0])
        #expect(try await audit() == ["mail_retried command-line m1"])
    }

    @Test func `a mail that a gateway has in hand is left alone until its claim ends`() async throws {
        try await post.enqueue("m1")
        let until = post.time.now() + .seconds(60)
        try await write { outbox, now throws(StorageError) in
            _ = try outbox.claim(dueAt: now, until: until, limit: 1)
        }
        #expect(try await care.drop("m1", by: .commandLine) == .inHand(until: until))
        #expect(try await care.retry("m1", by: .commandLine) == .inHand(until: until))
        #expect(try await audit() == [])
        post.time.advance(by: .seconds(60))
        #expect(try await care.drop("m1", by: .commandLine) == .made)
        #expect(try await care.drop("m1", by: .commandLine) == .missing)
        #expect(try await care.retry("m1", by: .commandLine) == .missing)
        #expect(try await post.counts() == [0, 0])
        #expect(try await audit() == ["mail_dropped command-line m1"])
    }

    @Test(arguments: [true, false]) func `all that were given up are changed, and no other`(drops: Bool) async throws {
        for number in 100..<350 { try await post.enqueue("m\(number)", attempts: 3) }
        try await write { outbox, _ throws(StorageError) in
            for number in 101..<350 { try outbox.park("m\(number)", because: "refused") }
        }
        let count = try await drops ? care.dropParked(by: .commandLine) : care.retryParked(by: .commandLine)
        #expect(count == 249)
        #expect(try await post.counts() == [drops ? 1 : 250, 0])
        #expect(try await care.mails(limit: 1000).map(\.attempts).reduce(0, +) == 3)
        #expect(try await audit().count == 249)
    }

    @Test func `why a mail was not taken is kept as one short line`() async throws {
        try await post.enqueue("m1")
        post.mailer.fail(1, with: .permanent(cause: Talkative()))
        try await post.whileDelivering { try await post.waitForRest() }
        let failure = try #require(try await care.mails(limit: 1).first?.failure)
        #expect(failure.hasPrefix("one two  three xxx"))
        #expect(failure.count == 300)
    }

    private func write(
        _ body: @escaping @Sendable (any OutboxRecords, Timestamp) throws(StorageError) -> Void
    ) async throws {
        let now = post.time.now()
        try await post.storage.write { records throws(StorageError) in try body(records.outbox, now) }
    }

    private func audit() async throws -> [String] {
        try await post.storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 1000).map {
                "\($0.kind.word) \($0.actor) \($0.facts["mail"] ?? "")"
            }
        }
    }

    private struct Busy: Error, CustomStringConvertible { let description = "busy" }

    private struct Talkative: Error, CustomStringConvertible {
        let description = "one\ntwo\r\nthree\0" + String(repeating: "x", count: 1000)
    }
}
