import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Logging
import ServiceLifecycle
import Testing

@Suite struct OutboxDeliveryTests {
    @Test func `a mail that waits is sent as it was written, and erased`() async throws {
        let post = Post()
        let mail = try await post.enqueue("m1")
        try await post.whileDelivering {
            await post.mailer.waitForMails(1)
            try await post.waitForRest()
        }
        #expect(post.mailer.mails == [mail])
        #expect(try await post.counts() == [0, 0])
    }

    @Test func `a signal wakes it without the clock`() async throws {
        let post = Post()
        try await post.whileDelivering {
            try await post.waitForRest()
            try await post.enqueue("m1")
            post.outbox.signal.poke()
            await post.mailer.waitForMails(1)
        }
    }

    @Test func `a mail from another process is found within five seconds`() async throws {
        let post = Post()
        try await post.whileDelivering {
            try await post.waitForRest()
            try await post.enqueue("m1")
            post.time.advance(by: .seconds(5))
            await post.mailer.waitForMails(1)
        }
    }

    @Test func `a mail that was not taken is tried again, later each time`() async throws {
        let post = Post()
        try await post.enqueue("m1")
        post.mailer.fail(2, with: .temporary(cause: Refused()))
        try await post.whileDelivering {
            for pause in [Duration.seconds(1), .seconds(2)] {
                try await post.waitForRest()
                post.time.advance(by: pause)
            }
            await post.mailer.waitForMails(1)
            try await post.waitForRest()
        }
        #expect(post.mailer.attempts == 3)
        #expect(
            post.log.lines.map(\.message) == Array(repeating: "a mail could not be sent and is tried again", count: 2))
        #expect(post.log.lines.map { $0.metadata["attempt"] } == ["1", "2"])
        #expect(try await post.counts() == [0, 0])
    }

    @Test func `a mailer that hangs is cut off before the claim ends, and the mail is tried again`() async throws {
        let post = Post()
        try await post.enqueue("m1")
        try await post.whileDelivering(by: HangingMailer()) {
            try await post.time.waitForSleepers()
            post.time.advance(by: .milliseconds(49_999))
            #expect(post.log.lines.isEmpty)
            post.time.advance(by: .milliseconds(1))
            try await post.waitForRest()
        }
        #expect(post.log.lines.map(\.message) == ["a mail could not be sent and is tried again"])
        #expect(post.log.lines.first?.metadata["error"] == "the mailer did not end within 50.0 seconds")
        #expect(try await post.counts() == [1, 0])
        try await post.whileDelivering {
            try await post.waitForRest()
            post.time.advance(by: .seconds(1))
            await post.mailer.waitForMails(1)
        }
    }

    @Test(arguments: [MailerError.temporary(cause: Refused()), .permanent(cause: Refused())])
    func `a node that stood still until its claim had expired does not end another's`(failure: MailerError)
        async throws
    {
        let post = Post()
        try await post.enqueue("m1")
        let (expiry, end) = (post.time.now() + .seconds(60), post.time.now() + .seconds(120))
        let mailer = OvertakenMailer(failure: failure) {
            let claimed = try? await post.storage.write { records throws(StorageError) in
                try records.outbox.claim(dueAt: expiry, until: end, limit: 1)
            }
            #expect(claimed?.count == 1)
        }
        try await post.whileDelivering(by: mailer) { try await post.waitForRest() }
        let mail = try await post.storage.read { records throws(StorageError) in try records.outbox.mail("m1") }
        #expect(mail?.isClaimed == true && mail?.isParked == false)
        #expect(mail?.dueAt == end)
        #expect(mail?.attempts == 2)
    }

    @Test func `after its twentieth try a mail is kept for an operator`() async throws {
        let post = Post()
        try await post.enqueue("m1", attempts: 19)
        post.mailer.fail(1, with: .temporary(cause: Refused()))
        try await post.whileDelivering { try await post.waitForRest() }
        #expect(try await post.counts() == [0, 1])
        #expect(post.log.lines.map(\.level) == [.error])
        #expect(
            post.log.lines.map(\.message) == [
                "a mail was tried too often and is given up: who was to get it has to ask again"
            ])
    }

    @Test func `a mail that is refused for good is kept for an operator at once, and others go on`() async throws {
        let post = Post()
        try await post.enqueue("m1")
        try await post.enqueue("m2", after: .milliseconds(1))
        post.time.advance(by: .seconds(1))
        post.mailer.fail(1, with: .permanent(cause: Refused()))
        try await post.whileDelivering(concurrency: 1) { try await post.waitForRest() }
        #expect(post.mailer.mails.map(\.id) == ["m2"])
        #expect(try await post.counts() == [0, 1])
        #expect(
            post.log.lines.map(\.message) == ["a mail was refused and is given up: who was to get it has to ask again"])
    }

    @Test func `a mail that was sealed with a key that this node has not read yet waits`() async throws {
        let post = Post()
        let ahead = SecretKeyring([("k2", Secret(Array(repeating: 2, count: 32)))])
        let sealed = try Outbox(keyring: ahead, signal: Signal()).seal(try post.mail("m1"))
        try await post.storage.write { records throws(StorageError) in try records.outbox.enqueue(sealed) }
        try await post.whileDelivering { try await post.waitForRest() }
        #expect(try await post.counts() == [1, 0])
        #expect(post.log.lines.map(\.message) == ["a mail could not be sent and is tried again"])
        let errors = post.log.lines.compactMap { $0.metadata["error"] }
        #expect(errors == ["server.secret_file does not fit, it has no key 'k2'"])
    }

    @Test func `a mail that was sealed with a lost key is kept for an operator`() async throws {
        let post = Post()
        let stranger = Post(key: 2)
        let sealed = try stranger.outbox.seal(try post.mail("m1"))
        try await post.storage.write { records throws(StorageError) in try records.outbox.enqueue(sealed) }
        try await post.whileDelivering { try await post.waitForRest() }
        #expect(post.mailer.attempts == 0)
        #expect(try await post.counts() == [0, 1])
        #expect(
            post.log.lines.map(\.message) == [
                "a mail cannot be opened and is given up: was a key taken out of the secret file?"
            ])
    }

    @Test func `no line of the log holds an address, a subject or a link`() async throws {
        let post = Post()
        try await post.enqueue("m1")
        try await post.enqueue("m2", attempts: 19)
        post.mailer.fail(2, with: .temporary(cause: Refused()))
        try await post.whileDelivering { try await post.waitForRest() }
        #expect(post.log.lines.count == 2)
        for line in post.log.lines {
            for secret in ["john", "canary"] { #expect(!"\(line)".contains(secret)) }
        }
    }

    @Test func `a store out of reach is waited for, and said once`() async throws {
        let post = Post()
        try await post.enqueue("m1")
        post.storage.setFault(.unavailable)
        try await post.whileDelivering {
            for _ in 0..<3 {
                try await post.waitForRest()
                post.time.advance(by: .seconds(5))
            }
            try await post.waitForRest()
            post.storage.setFault(nil)
            post.time.advance(by: .seconds(5))
            await post.mailer.waitForMails(1)
        }
        #expect(
            post.log.lines.map(\.message) == [
                "the outbox is out of reach: no mail is delivered until the store can be read again",
                "the outbox is in reach again",
            ])
    }

    @Test func `a mail whose delivery could not be noted is sent again under its id, not lost`() async throws {
        let post = Post()
        let mail = try await post.enqueue("m1")
        let cutting = CallingMailer(post.mailer) { post.storage.setFault(.unavailable) }
        try await post.whileDelivering(by: cutting) {
            await post.mailer.waitForMails(1)
            try await post.waitForRest()
            post.storage.setFault(nil)
            post.time.advance(by: .seconds(59))
            try await post.waitForRest()
            #expect(post.mailer.mails.count == 1, "the claim still stands")
        }
        try await post.whileDelivering {
            try await post.waitForRest()
            post.time.advance(by: .seconds(1))
            await post.mailer.waitForMails(2)
            try await post.waitForRest()
        }
        #expect(post.mailer.mails == [mail, mail])
        #expect(try await post.counts() == [0, 0])
    }

    @Test func `two nodes share the work, and no mail goes twice`() async throws {
        let post = Post()
        for number in 0..<40 { try await post.enqueue("m\(number)") }
        try await post.whileDelivering {
            try await post.whileDelivering {
                await post.mailer.waitForMails(40)
                try await post.waitForRest(of: 2)
            }
        }
        #expect(Set(post.mailer.mails.map(\.id)).count == 40)
        #expect(post.mailer.attempts == 40)
    }

    @Test func `no more mails than allowed are sent at once`() async throws {
        let post = Post()
        for number in 0..<20 { try await post.enqueue("m\(number)") }
        let counting = CountingMailer(post.mailer, expecting: 3)
        try await post.whileDelivering(by: counting, concurrency: 3) { await post.mailer.waitForMails(20) }
        #expect(counting.most == 3)
    }

    @Test func `a shutdown lets the mail in hand finish, and takes no other`() async throws {
        let post = Post()
        try await post.enqueue("m1")
        try await post.enqueue("m2", after: .milliseconds(1))
        post.time.advance(by: .seconds(1))
        let slow = GatedMailer(post.mailer)
        let service = post.delivery(by: slow, concurrency: 1)
        let group = ServiceGroup(services: [service], logger: post.log.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await slow.waitUntilSending()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(post.mailer.mails.map(\.id) == ["m1"])
        #expect(try await post.counts() == [1, 0])
    }

    private struct Refused: Error {}
}
