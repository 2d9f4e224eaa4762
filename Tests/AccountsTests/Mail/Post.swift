import GatewayAccounts
import GatewayKit
import GatewayTestKit
import ServiceLifecycle
import Synchronization

/// An outbox with its store, clock and mailer, as a test of delivery needs them.
struct Post: Sendable {
    let time = ManualTime()
    let storage: InMemoryStorage
    let mailer = RecordingMailer()
    let log = RecordedLog()
    let metrics = RecordedMetrics()
    let outbox: Outbox

    /// Takes the byte that its key consists of, and a store.
    init(key: UInt8 = 1, storage: InMemoryStorage = InMemoryStorage()) {
        self.storage = storage
        let keyring = SecretKeyring([("k1", Secret(Array(repeating: key, count: 32)))])
        outbox = Outbox(keyring: keyring, signal: Signal())
    }

    func mail(_ id: String) throws -> Mail {
        try Mail(
            id: id, recipient: EmailAddress("john@example.com"), subject: "canary \(id)",
            text: "https://example.com/canary\n", createdAt: time.now())
    }

    @discardableResult
    func enqueue(_ id: String, attempts: Int = 0, after delay: Duration = .zero) async throws -> Mail {
        let mail = try mail(id)
        var sealed = try outbox.seal(mail)
        sealed.attempts = attempts
        sealed.dueAt = sealed.dueAt + delay
        try await storage.write { [sealed] records throws(StorageError) in try records.outbox.enqueue(sealed) }
        return mail
    }

    func delivery(by mailer: (any Mailer)? = nil, concurrency: Int = 4) -> OutboxDelivery {
        OutboxDelivery(
            storage: storage, mailer: mailer ?? self.mailer, outbox: outbox, time: time, random: CountedRandom(),
            logger: log.logger, concurrency: concurrency, metrics: metrics)
    }

    /// Runs the delivery beside a test's steps and cancels it after them.
    func whileDelivering(
        by mailer: (any Mailer)? = nil, concurrency: Int = 4, _ steps: () async throws -> Void
    ) async throws {
        let service = delivery(by: mailer, concurrency: concurrency)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            try await steps()
            group.cancelAll()
        }
    }

    /// Returns once so many deliveries rest until their next look, with no mail in hand.
    func waitForRest(of count: Int = 1) async throws {
        try await time.waitForSleepers(count, within: .seconds(5))
    }

    /// How many mails wait, and how many are given up.
    func counts() async throws -> [Int] {
        try await storage.read { records throws(StorageError) in
            let counts = try records.outbox.counts()
            return [counts.waiting, counts.parked]
        }
    }
}

/// Calls a function after each mail that it has passed on.
struct CallingMailer: Mailer {
    private let inner: any Mailer
    private let afterwards: @Sendable () -> Void

    init(_ inner: any Mailer, afterwards: @escaping @Sendable () -> Void) {
        self.inner = inner
        self.afterwards = afterwards
    }

    func send(_ mail: Mail) async throws(MailerError) {
        try await inner.send(mail)
        afterwards()
    }
}

/// Has something happen while it has a mail in hand, and then fails.
struct OvertakenMailer: Mailer {
    let failure: MailerError
    let meanwhile: @Sendable () async -> Void

    func send(_ mail: Mail) async throws(MailerError) {
        await meanwhile()
        throw failure
    }
}

/// Counts how many mails are in its hands at once, and gives none away before there were as many as were expected.
final class CountingMailer: Mailer {
    private let inner: any Mailer
    private let expected: Int
    private let counts = Mutex((now: 0, most: 0))

    init(_ inner: any Mailer, expecting expected: Int) {
        self.inner = inner
        self.expected = expected
    }

    var most: Int { counts.withLock(\.most) }

    func send(_ mail: Mail) async throws(MailerError) {
        counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        while most < expected, !Task.isCancelled { await Task.yield() }
        // Time for one more than that.
        for _ in 0..<50 { await Task.yield() }
        counts.withLock { $0.now -= 1 }
        try await inner.send(mail)
    }
}

/// Takes mails in its hands and does nothing with them until it is cancelled; then calls them refused for good.
struct HangingMailer: Mailer {
    func send(_ mail: Mail) async throws(MailerError) {
        let (nothing, never) = AsyncStream.makeStream(of: Void.self)
        for await _ in nothing {}
        never.finish()
        throw .permanent(cause: CancellationError())
    }
}

/// Keeps a mail in its hands until a shutdown has begun.
final class GatedMailer: Mailer {
    private let inner: any Mailer
    private let sending = AsyncStream.makeStream(of: Void.self)
    private let gate = AsyncStream.makeStream(of: Void.self)

    init(_ inner: any Mailer) { self.inner = inner }

    func waitUntilSending() async { for await _ in sending.stream { return } }

    func send(_ mail: Mail) async throws(MailerError) {
        sending.continuation.yield()
        await withGracefulShutdownHandler {
            for await _ in gate.stream {}
        } onGracefulShutdown: {
            self.gate.continuation.finish()
        }
        try await inner.send(mail)
    }
}
