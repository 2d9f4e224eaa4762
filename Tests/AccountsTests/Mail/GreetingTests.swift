import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

/// Whom mails call by a name: a stranger may have registered the name `evil.com` with somebody else's address, and mail
/// programs make a link of it.
@Suite struct GreetingTests {
    private static let name = "evil.com"

    /// An account of that name, whose mails are taken out, and a link among them that confirms its address.
    private func account(in world: World) async throws -> OpaqueToken {
        _ = try await world.account(Self.name)
        return try await world.mailedToken(.verify)
    }

    /// Has every kind of mail sent that an account's address is asked for with, and gives their subjects and texts.
    private func mailsOfOne(in world: World) async throws -> [String] {
        let email = try EmailAddress("\(Self.name)@example.com")
        try await world.flows.recovery.requestReset(for: email, from: world.visitor)
        #expect(try await world.register("other", email.text) == "waits")
        try await world.account("somebody")
        let caller = try await world.logIn("somebody").access.claims.caller
        let asked = try await world.flows.addressChange.request(
            caller, to: email, knowing: World.password, from: world.visitor)
        guard case .asked = asked else { throw Unexpected(asked) }
        let id = try #require(try await world.stored(Self.name)).id
        let set = try await world.flows.administration.setPassword(of: id, to: World.password, by: .commandLine)
        guard case .changed = set else { throw Unexpected(set) }
        return try await world.mails().filter { $0.recipient == email.text }.map { "\($0.subject)\n\($0.text)" }
    }

    @Test func `no mail to an address that nobody has confirmed holds the name`() async throws {
        for confirmation in [RegistrationSettings.Confirmation.optional, .off] {
            let world = try World(registration: RegistrationSettings(isOpen: true, confirmation: confirmation))
            try await world.account(Self.name)
            let welcome = try #require(try await world.mails().first)
            #expect(welcome.subject == "Welcome" && welcome.text.hasPrefix("Hello,\n"))
            try await world.resend("\(Self.name)@example.com")
            let mails = [welcome.text] + (try await mailsOfOne(in: world))
            #expect(mails.count == 6)
            for mail in mails { #expect(!mail.replacing("\(Self.name)@", with: "").contains(Self.name), "\(mail)") }
        }
    }

    @Test func `mails to an address that was confirmed greet by the name`() async throws {
        let world = try World()
        #expect(try await world.confirm(try await account(in: world)))
        let mails = try await mailsOfOne(in: world)
        #expect(mails.count == 4)
        for mail in mails { #expect(mail.contains("\nHello \(Self.name),\n"), "\(mail)") }
    }

    @Test func `a new address is not told whose account wants it, and the one before is`() async throws {
        let world = try World()
        #expect(try await world.confirm(try await account(in: world)))
        let caller = try await world.logIn(Self.name).access.claims.caller
        _ = try await world.flows.addressChange.request(
            caller, to: try EmailAddress("jane@example.com"), knowing: World.password, from: world.visitor)
        let question = try #require(try await world.mails().first)
        #expect(question.recipient == "jane@example.com" && !question.text.contains(Self.name))
        #expect(try await world.confirm(try #require(question.token(for: .verify))))
        let told = try #require(try await world.mails().first)
        #expect(told.text.hasPrefix("Hello \(Self.name),\n"))

        // What waits for the former address, and what takes the account back to it.
        #expect(try await world.register("other", "\(Self.name)@example.com") == "waits")
        let kept = try #require(try await world.mails().first)
        #expect(kept.text.hasPrefix("Hello \(Self.name),\n"))
        let restored = try await world.flows.addressChange.restore(
            by: try #require(told.token(for: .restore)), from: world.visitor)
        guard case .restored = restored else { throw Unexpected(restored) }
        #expect(try await world.mails().allSatisfy { $0.text.hasPrefix("Hello \(Self.name),\n") })
    }

    @Test func `an address that an administrator left unconfirmed is not named to when it is taken back`() async throws
    {
        let world = try World()
        #expect(try await world.confirm(try await account(in: world)))
        let caller = try await world.logIn(Self.name).access.claims.caller
        _ = try await world.flows.addressChange.request(
            caller, to: try EmailAddress("jane@example.com"), knowing: World.password, from: world.visitor)
        #expect(try await world.confirm(try await world.mailedToken(.verify)))
        let back = try await world.mailedToken(.restore)
        var doubted = try #require(try await world.stored(Self.name))
        doubted.isEmailVerified = false
        let changed = doubted
        try await world.storage.write { records throws(StorageError) in _ = try records.accounts.update(changed) }
        let restored = try await world.flows.addressChange.restore(by: back, from: world.visitor)
        guard case .restored = restored else { throw Unexpected(restored) }
        let mails = try await world.mails()
        let greetings = Dictionary(
            uniqueKeysWithValues: mails.map { ($0.recipient, $0.text.prefix { $0 != "\n" }) })
        #expect(greetings == ["jane@example.com": "Hello,", "\(Self.name)@example.com": "Hello \(Self.name),"])
    }
}
