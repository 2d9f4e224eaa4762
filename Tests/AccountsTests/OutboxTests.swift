import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

@Suite(.timeLimit(.minutes(5))) struct OutboxTests {
    private static let keys = Secret([UInt8](repeating: 7, count: 32))
    private let outbox = Outbox(keyring: SecretKeyring([("one", keys)]), signal: Signal())

    private func mail(_ id: String) throws -> Mail {
        try Mail(
            id: id, recipient: try EmailAddress("a@example.com"), subject: "Grüße", text: "https://canary\n",
            createdAt: Timestamp(seconds: 5))
    }

    @Test func `a sealed mail opens as what it was and shows nothing`() throws {
        let stored = try outbox.seal(try mail("m1"))
        #expect(stored.dueAt == Timestamp(seconds: 5))
        #expect(!String(decoding: stored.sealed, as: UTF8.self).contains("canary"))
        #expect(try outbox.open(stored) == mail("m1"))
    }

    @Test func `a mail under another's id does not open`() throws {
        var stored = try outbox.seal(try mail("m1"))
        stored.id = "m2"
        #expect(throws: SealError.unreadable) { try outbox.open(stored) }
    }

    @Test func `every template has all its values, and leaves a value's braces alone`() {
        let values = [
            "greeting": "{link}", "username": "{link}", "public_url": "https://a", "link": "https://b",
            "links": "https://c", "lifetime": "30 minutes",
        ]
        for template in MailTemplate.all {
            let filled = template.filled(with: values)
            #expect(filled.text.hasPrefix("{link},\n"))
            #expect(!(filled.subject + filled.text).contains("{username}"))
        }
    }

    @Test func `no line of a mail is longer than 78 columns, but for the link alone in its own`() {
        let link = "https://auth.example.com/" + String(repeating: "x", count: 100)
        let values = [
            "greeting": "Hello " + String(repeating: "x", count: 64), "username": "johndoe",
            "public_url": "https://auth.example.com", "link": link, "links": link, "lifetime": "30 minutes",
        ]
        for template in MailTemplate.all {
            // What RFC 5322, section 2.1.1 asks for.
            let long = template.filled(with: values).text.split(separator: "\n").filter { $0.utf8.count > 78 }
            #expect(long.allSatisfy { $0 == link })
        }
    }

    @Test func `the reset mail holds the link on a line of its own`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        try await world.flows.recovery.requestReset(for: try EmailAddress("johndoe@example.com"), from: world.visitor)
        let mail = try #require(try await world.mails().first)
        let link = mail.text.split(separator: "\n").first { $0.hasPrefix("https://") }
        #expect(try #require(link).hasPrefix("https://auth.example.com/auth/reset-password/"))
    }
}
