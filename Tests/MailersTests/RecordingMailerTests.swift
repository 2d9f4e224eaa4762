import GatewayTestKit
import Testing

@Suite struct RecordingMailerTests {
    @Test(arguments: MailerConformance.allCases)
    func `the fake keeps a mailer's promises`(promise: MailerConformance) async throws {
        try await promise.verify {
            let mailer = RecordingMailer()
            return MailerUnderTest(mailer, repeats: .arrive(because: "a test of the outbox counts repeats")) {
                mailer.mails.map(ReceivedMail.init)
            }
        }
    }
}
