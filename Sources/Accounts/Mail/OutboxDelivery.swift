public import CoreMetrics
public import GatewayKit
public import Logging
public import ServiceLifecycle

/// Delivers what waits in the outbox: claims mails that are due, opens and sends them, and erases, puts off or gives
/// them up.
///
/// Every mail is delivered at least once. One whose delivery could not be noted is sent again under its id, and a
/// mailer that knows repeats makes that once. Nodes that share a store share the work. A shutdown lets the mails in
/// hand finish.
public struct OutboxDelivery: Service {
    /// How long a claimed mail is this node's own.
    static let lease = Duration.seconds(60)
    /// How long a mailer may take to send one; shorter than the lease, so that no other node sends it at the same time.
    static let longestSend = Duration.seconds(50)
    /// How often to look without having been woken, for mails that other processes have enqueued.
    static let longestRest = Duration.seconds(5)

    private let storage: any Storage
    private let mailer: any Mailer
    private let outbox: Outbox
    private let time: any TimeSource
    private let random: any RandomSource
    private let logger: Logger
    private let concurrency: Int
    private let schedule = RetrySchedule()
    private let results: OutcomeCounter<DeliveryResult>

    /// Takes what it works with; at most `concurrency` mails are sent at once, and by default nothing is counted.
    public init(
        storage: any Storage, mailer: any Mailer, outbox: Outbox, time: any TimeSource, random: any RandomSource,
        logger: Logger, concurrency: Int = 4, metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        precondition((1...4).contains(concurrency), "one to four mails are sent at once")
        self.storage = storage
        self.mailer = mailer
        self.outbox = outbox
        self.time = time
        self.random = random
        self.logger = logger
        self.concurrency = concurrency
        results = OutcomeCounter("auth_gateway_mail_deliveries_total", in: metrics)
    }

    /// Delivers until the task is cancelled or a shutdown begins. A store out of reach is tried again.
    public func run() async {
        var isStoreAway = false
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do throws(StorageError) {
                let rest = try await deliverDue()
                if isStoreAway { logger.info("the outbox is in reach again") }
                isStoreAway = false
                if let rest { await sleep(rest) }
            } catch {
                if !isStoreAway {
                    logger.warning(
                        "the outbox is out of reach: no mail is delivered until the store can be read again",
                        metadata: [LogKey.error: "\(error)"])
                }
                isStoreAway = true
                await sleep(Self.longestRest)
            }
        }
    }

    /// Sends the mails that are due, as many as go at once; how long to rest then, or nil when there may be more.
    private func deliverDue() async throws(StorageError) -> Duration? {
        let now = time.now()
        let next = try await storage.read { records throws(StorageError) in try records.outbox.nextDue() }
        guard let next else { return Self.longestRest }
        guard next <= now else { return min(next - now, Self.longestRest) }
        let mails = try await storage.write { [concurrency] records throws(StorageError) in
            try records.outbox.claim(dueAt: now, until: now + Self.lease, limit: concurrency)
        }
        await withTaskGroup(of: Void.self) { group in
            for mail in mails { group.addTask { await deliver(mail) } }
        }
        return mails.isEmpty ? Self.longestRest : nil
    }

    private func deliver(_ stored: OutboxMail) async {
        let outcome = await send(stored)
        results.count(outcome.result)
        do throws(StorageError) {
            try await storage.write { records throws(StorageError) in
                if case .delivered = outcome { return try records.outbox.erase(stored.id) }
                // A node that stood still until its claim had expired does not end another's.
                guard let current = try records.outbox.mail(stored.id), current.isClaimed,
                    current.attempts == stored.attempts, current.dueAt == stored.dueAt
                else { return }
                switch outcome {
                case .delivered: break
                case .putOff(let moment, let failure):
                    try records.outbox.putOff(stored.id, until: moment, because: failure)
                case .givenUp(let failure): try records.outbox.park(stored.id, because: failure)
                }
            }
        } catch {
            log(.warning, "a mail's delivery could not be noted, it may be sent again", stored, error)
        }
    }

    private func send(_ stored: OutboxMail) async -> Outcome {
        let mail: Mail
        do {
            mail = try outbox.open(stored)
        } catch SealError.unknownKey(let id) {
            // A node that was started before the secret file got that key; the next one, or a restart, can open it.
            return outcome(of: .temporary(cause: SealError.unknownKey(id: id)), for: stored)
        } catch {
            log(
                .error, "a mail cannot be opened and is given up: was a key taken out of the secret file?", stored,
                error)
            return .givenUp(because: Self.words("cannot be opened: \(error)"))
        }
        do throws(MailerError) {
            try await sendInTime(mail).get()
            return .delivered
        } catch {
            return outcome(of: error, for: stored)
        }
    }

    /// Sends a mail, and cancels what takes too long; a mail that was sent after all counts as sent.
    private func sendInTime(_ mail: Mail) async -> Result<Void, MailerError> {
        await withTaskGroup(of: Result<Void, MailerError>?.self) { group in
            group.addTask {
                do throws(MailerError) {
                    return .success(try await mailer.send(mail))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                // Nil is the end of the time, or of this service, which cancels the sending too.
                try? await time.sleep(for: Self.longestSend)
                return nil
            }
            var isLate = false
            for await result in group {
                group.cancelAll()
                guard let result else {
                    isLate = !Task.isCancelled
                    continue
                }
                if isLate, case .failure = result { return .failure(.temporary(cause: SendTimeout())) }
                return result
            }
            preconditionFailure("a task group gives what each of its tasks has returned")
        }
    }

    private func outcome(of failure: MailerError, for stored: OutboxMail) -> Outcome {
        switch failure {
        case .permanent(let cause):
            log(.error, "a mail was refused and is given up: who was to get it has to ask again", stored, cause)
            return .givenUp(because: Self.words("\(cause)"))
        case .temporary(let cause):
            guard let pause = schedule.pause(after: stored.attempts, random) else {
                log(
                    .error, "a mail was tried too often and is given up: who was to get it has to ask again", stored,
                    cause)
                return .givenUp(because: Self.words("\(cause)"))
            }
            log(.warning, "a mail could not be sent and is tried again", stored, cause)
            return .putOff(until: time.now() + pause, because: Self.words("\(cause)"))
        }
    }

    /// What a mailer says as one line that every store keeps, and that a broken mailer cannot fill it with.
    private static func words(_ failure: String) -> String {
        let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
        let scalars = failure.unicodeScalars.prefix(300).map { isControl($0) ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Waits until it is time, a mail is enqueued, or this service is to end, which the caller's loop then sees.
    private func sleep(_ duration: Duration) async {
        do {
            try await cancelWhenGracefulShutdown { try await outbox.signal.wait(atMost: duration, by: time) }
        } catch {
            // The only error is the cancellation itself.
        }
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ mail: OutboxMail, _ error: any Error) {
        logger.log(
            level: level, message,
            metadata: [LogKey.mail: "\(mail.id)", LogKey.attempt: "\(mail.attempts)", LogKey.error: "\(error)"])
    }

    private enum Outcome: Sendable {
        case delivered
        case putOff(until: Timestamp, because: String)
        case givenUp(because: String)

        var result: DeliveryResult {
            switch self {
            case .delivered: .delivered
            case .putOff: .putOff
            case .givenUp: .givenUp
            }
        }
    }

    private enum DeliveryResult: String, CaseIterable {
        case delivered
        case putOff = "put_off"
        case givenUp = "given_up"
    }
}

/// Why a mail was put off whose mailer had not ended in time.
private struct SendTimeout: Error, CustomStringConvertible {
    var description: String { "the mailer did not end within \(OutboxDelivery.longestSend)" }
}
