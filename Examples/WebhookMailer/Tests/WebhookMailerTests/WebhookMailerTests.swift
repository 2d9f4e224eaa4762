import GatewayKit
import GatewayTestKit
import HTTPTypes
import Testing

@testable import WebhookMailer

@Suite(.timeLimit(.minutes(1)))
struct WebhookMailerTests {
    @Test(arguments: MailerConformance.allCases)
    func `keeps a mailer's promises`(promise: MailerConformance) async throws {
        try await Receiver.run { receiver, mailer in
            try await promise.verify { MailerUnderTest(mailer) { receiver.received } }
        }
    }

    @Test(arguments: [HTTPResponse.Status.badRequest, .contentTooLarge, .unprocessableContent])
    func `a mail that the receiver cannot take is given up`(status: HTTPResponse.Status) async throws {
        try await Receiver.run(.answers(status)) { _, mailer in
            await #expect {
                try await mailer.send(Self.mail)
            } throws: { error in
                guard case MailerError.permanent(let cause) = error else { return false }
                return "\(cause)" == "the receiver answered with status \(status.code)"
            }
        }
    }

    @Test(arguments: [HTTPResponse.Status.unauthorized, .notFound, .tooManyRequests, .internalServerError])
    func `what the receiver or an operator can mend is tried again`(status: HTTPResponse.Status) async throws {
        try await Receiver.run(.answers(status)) { _, mailer in
            await Self.expectLater("the receiver answered with status \(status.code)", mailer)
        }
    }

    @Test func `a redirect is not followed`() async throws {
        try await Receiver.run(.redirects) { receiver, mailer in
            await Self.expectLater("the receiver answered with status 307", mailer)
            #expect(receiver.received == [])
        }
    }

    @Test func `an answer without end is not read`() async throws {
        try await Receiver.run(.neverEndsItsAnswer) { _, mailer in try await mailer.send(Self.mail) }
    }

    @Test func `a receiver that does not answer is left when the deadline comes`() async throws {
        let time = ManualTime()
        try await Receiver.run(.neverAnswers, time: time) { receiver, mailer in
            async let refusal: Void = Self.expectLater("the receiver did not answer within 10.0 seconds", mailer)
            await receiver.waitForRequest()
            try await time.waitForSleepers()
            time.advance(by: .seconds(10))
            await refusal
        }
    }

    @Test func `a send that is cancelled ends, whatever the receiver does`() async throws {
        try await Receiver.run(.neverAnswers) { receiver, mailer in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: MailerError.self) { try await mailer.send(Self.mail) } }
                await receiver.waitForRequest()
                group.cancelAll()
            }
        }
    }

    @Test func `a receiver that is not there is a reason to try again`() async throws {
        let section: ConfigLiteral = [
            "use": "acme.webhook-mailer", "url": "http://localhost:1/", "secret": .scalar(Receiver.secret),
        ]
        let mailer = try await Slot.mail.product(of: section, among: .webhookMailer, with: .forTests())
        await #expect {
            try await mailer.send(Self.mail)
        } throws: { error in
            if case MailerError.temporary = error { true } else { false }
        }
    }

    @Test func `the secret is in no description of the mailer`() async throws {
        try await Receiver.run { _, mailer in
            var text = ""
            dump(mailer, to: &text)
            #expect(text.contains("<secret>"))
            #expect(!text.contains(Receiver.secret))
            #expect(!text.contains("- 49\n"), "the key's first byte")
        }
    }

    private static var mail: Mail {
        get throws {
            try Mail(
                id: "abc", recipient: EmailAddress("john@example.com"), subject: "Subject", text: "text\n",
                createdAt: Timestamp(seconds: 1_800_000_000))
        }
    }

    /// Expects that the outbox is told to try again, and why.
    private static func expectLater(_ reason: String, _ mailer: any Mailer) async {
        await #expect {
            try await mailer.send(mail)
        } throws: { error in
            guard case MailerError.temporary(let cause) = error else { return false }
            return "\(cause)" == reason
        }
    }
}
