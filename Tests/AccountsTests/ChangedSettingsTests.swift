import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

/// What must hold although settings have changed since something was issued or hashed.
@Suite struct ChangedSettingsTests {
    @Test func `a revocation outlives the longest token that an earlier file may have issued`() async throws {
        let world = try World()
        let account = try await world.account()
        _ = try await world.flows.administration.disable(account.id, by: .commandLine)
        let rows = try await world.storage.read { records throws(StorageError) in
            try records.revocations.rows(after: 0, limit: 10)
        }
        let row = try #require(rows.last)
        #expect(row.keepUntil >= world.time.now() + TokenLifetimes.longestAccess + .seconds(60))
    }

    @Test func `costs of one format are told apart, so that the dearest sets the pace`() {
        let cheap = PasswordHash("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA")
        let dear = PasswordHash("$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA")
        #expect(AnswerPace.format(of: cheap) != AnswerPace.format(of: dear))
        for (hash, format) in [
            ("$2b$12$abc", "2b$12"), ("$pbkdf2-sha256$i=600000$c2FsdA$aGFzaA", "pbkdf2-sha256$i=600000"),
            ("$6$rounds=5000$salt$hash", "6$rounds=5000"), ("$ssha1$c2FsdA$aGFzaA", "ssha1"),
            ("$firebase-scrypt$ln=14,r=8$c2FsdA$Bw$a2V5$aGFzaA", "firebase-scrypt$ln=14,r=8"), ("*", "*"),
            ("$y$j9T$p6OI0WN7.rSf$xUOA2MTcB48a", "y$j9T"), ("$y$jDT$p6OI0WN7.rSf$xUOA2MTcB48a", "y$jDT"),
        ] { #expect(AnswerPace.format(of: PasswordHash(hash)) == "\(format) \(hash.utf8.count)") }
        // A longer tag may take more blocks.
        let longer = PasswordHash("$pbkdf2-sha256$i=600000$c2FsdA$aGFzaGFzaA")
        #expect(
            AnswerPace.format(of: longer)
                != AnswerPace.format(of: PasswordHash("$pbkdf2-sha256$i=600000$c2FsdA$aGFzaA")))
    }

    @Test func `however dear a format is, failed logins wait for it, up to half the time that a request has`() {
        let pace = AnswerPace()
        pace.learn("2b$08", cost: .milliseconds(16))
        pace.learn("2b$16", cost: .seconds(4))
        #expect(pace.floor == .seconds(5))
        pace.learn("2b$20", cost: .seconds(60))
        #expect(pace.floor == .seconds(15))
    }

    @Test func `short passwords do not bring a format's cost below what a long one was seen to take`() {
        let pace = AnswerPace()
        pace.learn("6$rounds=5000", cost: .milliseconds(80), isSurvey: true)
        for _ in 1...50 { pace.learn("6$rounds=5000", cost: .milliseconds(40)) }
        #expect(pace.floor == .milliseconds(100))
        for _ in 1...50 { pace.learn("6$rounds=5000", cost: .milliseconds(160)) }
        #expect(pace.floor > .milliseconds(190))
    }

    @Test func `a format that no account has any more is waited for until the next look but one`() {
        let pace = AnswerPace()
        pace.learn("dear", cost: .seconds(1))
        pace.learn("usual", cost: .milliseconds(40))
        pace.forget(allBut: ["usual"])
        #expect(pace.floor == .milliseconds(1250))
        pace.forget(allBut: ["usual"])
        #expect(pace.floor == .milliseconds(50))
    }

    @Test func `of more formats than are remembered the dearest are`() {
        let pace = AnswerPace()
        for number in 1...40 { pace.learn("pbkdf2-sha256$i=\(number)", cost: .milliseconds(number)) }
        #expect(pace.floor == .milliseconds(50))
        pace.learn("cheap", cost: .milliseconds(1))
        #expect(pace.knows("pbkdf2-sha256$i=40") && pace.knows("pbkdf2-sha256$i=9") && !pace.knows("cheap"))
    }

    @Test func `a password set by an operator lifts the wait that guesses have earned`() async throws {
        let world = try World()
        let account = try await world.account()
        for _ in 1...10 { _ = try? await world.logIn(password: Password("wrong horse")) }
        let new = Password("another one")
        _ = try await world.flows.administration.setPassword(of: account.id, to: new, by: .commandLine)
        _ = try await world.logIn(password: new)
    }
}
