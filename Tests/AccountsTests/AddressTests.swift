import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

/// Confirming addresses, changing them, and taking them back.
@Suite struct AddressTests {
    private func confirm(_ world: World, _ token: OpaqueToken) async throws -> AddressConfirmation.Outcome {
        try await world.flows.confirmation.confirm(by: token, from: world.visitor)
    }

    private func ask(_ world: World, _ email: String, password: Password = World.password) async throws -> String {
        let caller = try await world.logIn().access.claims.caller
        let outcome = try await world.flows.addressChange.request(
            caller, to: try EmailAddress(email), knowing: password, from: world.visitor)
        return switch outcome {
        case .asked: "asked"
        case .refused(let refusal): refusal.code
        case .wrongPassword: "wrong"
        case .tooMany: "too many"
        case .gone: "gone"
        }
    }

    /// John, whose address is confirmed, and who then confirms another one; the token that takes the first back.
    private func changed(_ world: World) async throws -> OpaqueToken {
        try await world.account()
        #expect(try await confirm(world, try await world.mailedToken(.verify)) == .confirmed)
        #expect(try await ask(world, "new@example.com") == "asked")
        #expect(try await confirm(world, try await world.mailedToken(.verify)) == .confirmed)
        return try await world.mailedToken(.restore)
    }

    @Test func `the welcome has a link that confirms the address, once and for a day`() async throws {
        let world = try World()
        try await world.account()
        let token = try await world.mailedToken(.verify)
        #expect(try await world.stored()?.isEmailVerified == false)
        world.time.advance(by: .seconds(24 * 3600))
        #expect(try await confirm(world, token) == .invalidLink)
        try await world.flows.confirmation.request(for: try EmailAddress("johndoe@example.com"), from: world.visitor)
        let second = try await world.mailedToken(.verify)
        #expect(try await confirm(world, token) == .invalidLink, "a later link takes the place of the earlier")
        #expect(try await confirm(world, second) == .confirmed)
        #expect(try await world.stored()?.isEmailVerified == true)
        #expect(try await confirm(world, second) == .invalidLink)
        let account = try #require(try await world.stored())
        #expect(try await world.revoked() == [.account(account.id, leastVersion: 2)], "keys and cookies say it at once")
    }

    @Test func `of parallel uses of a link one wins`() async throws {
        let world = try World()
        try await world.account()
        let token = try await world.mailedToken(.verify)
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await confirm(world, token) == .confirmed } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wins == 1)
    }

    @Test func `whether an address has an account, or is confirmed, nobody learns by asking for a link`() async throws {
        let world = try World()
        try await world.account()
        #expect(try await confirm(world, try await world.mailedToken(.verify)) == .confirmed)
        try await world.account("open")
        _ = try await world.mails()
        var work: [Int] = []
        for name in ["johndoe", "open", "nobody"] {
            let start = (world.storage.readCount, world.storage.writeCount)
            try await world.flows.confirmation.request(
                for: try EmailAddress("\(name)@example.com"), from: world.visitor)
            work.append((world.storage.readCount - start.0) * 100 + world.storage.writeCount - start.1)
            #expect(try await world.mails().count == (name == "open" ? 1 : 0), "\(name)")
        }
        #expect(Set(work).count == 1)
    }

    @Test func `a new address counts once it is confirmed, the old one is told, and tokens that state it end`()
        async throws
    {
        let world = try World()
        let account = try await world.account()
        #expect(try await confirm(world, try await world.mailedToken(.verify)) == .confirmed)
        #expect(try await ask(world, "new@example.com", password: Password("wrong one")) == "wrong")
        #expect(try await ask(world, "new@example.com") == "asked")
        #expect(try await world.stored()?.email.text == "johndoe@example.com")
        let mails = try await world.mails()
        #expect(mails.map(\.recipient) == ["new@example.com"])
        #expect(try await confirm(world, try #require(mails.first?.token(for: .verify))) == .confirmed)
        let stored = try #require(try await world.stored())
        #expect(stored.email.text == "new@example.com" && stored.isEmailVerified && stored.version == 3)
        #expect(try await world.revoked().last == .account(account.id, leastVersion: 3))
        #expect(
            try await world.mails().map { [$0.recipient, $0.subject] } == [
                ["johndoe@example.com", "Your address was changed"]
            ])
    }

    @Test func `a former address takes the account back: sessions and keys end, and the password works no more`()
        async throws
    {
        let world = try World()
        let token = try await changed(world)
        let grant = try await world.logIn()
        _ = try await world.key(of: grant.access.claims.caller)
        world.time.advance(by: .seconds(7 * 24 * 3600 - 1))
        let outcome = try await world.flows.addressChange.restore(by: token, from: world.visitor)
        #expect(outcome == .restored)
        let stored = try #require(try await world.stored())
        #expect(stored.email.text == "johndoe@example.com" && stored.isEmailVerified)
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        await #expect(throws: Unexpected.self) { try await world.logIn() }
        #expect(try await world.flows.keys.keys(of: grant.access.claims.caller).isEmpty)
        #expect(try await world.flows.addressChange.restore(by: token, from: world.visitor) == .invalidLink)
        let reset = try await world.flows.recovery.reset(
            by: try await world.mailedToken(), to: Password("a good new one"), from: world.visitor)
        guard case .reset = reset else { throw Unexpected(reset) }
        _ = try await world.logIn(password: Password("a good new one"))
    }

    @Test func `a link that takes an account back ends after seven days`() async throws {
        let world = try World()
        let token = try await changed(world)
        world.time.advance(by: .seconds(7 * 24 * 3600))
        #expect(try await world.flows.addressChange.restore(by: token, from: world.visitor) == .invalidLink)
        let free = try await world.flows.registration.register(
            try Username("heir"), try EmailAddress("johndoe@example.com"), password: World.password, from: world.visitor
        )
        guard case .registered = free else { throw Unexpected(free) }
    }

    @Test func `as long as a former address can take an account back, nobody else gets it`() async throws {
        let world = try World()
        let token = try await changed(world)
        let taken = try await world.flows.registration.register(
            try Username("thief"), try EmailAddress("johndoe@example.com"), password: World.password,
            from: world.visitor)
        guard case .emailTaken = taken else { throw Unexpected(taken) }
        let made = try await world.flows.administration.create(
            try Username("thief"), try EmailAddress("johndoe@example.com"), password: World.password, groups: [],
            by: .commandLine)
        guard case .emailTaken = made else { throw Unexpected(made) }
        // Whoever has the account changes it again, to blot out the way back.
        #expect(try await ask(world, "third@example.com") == "asked")
        #expect(try await confirm(world, try await world.mailedToken(.verify)) == .confirmed)
        let between = try await world.mailedToken(.restore)
        #expect(try await world.flows.addressChange.restore(by: token, from: world.visitor) == .restored)
        #expect(try await world.stored()?.email.text == "johndoe@example.com")
        #expect(try await world.flows.addressChange.restore(by: between, from: world.visitor) == .invalidLink)
    }

    @Test func `whoever has changed an account cannot blot out the way back by following a link of their own`()
        async throws
    {
        let world = try World()
        let token = try await changed(world)
        world.time.advance(by: .seconds(60))
        #expect(try await ask(world, "third@example.com") == "asked")
        #expect(try await confirm(world, try await world.mailedToken(.verify)) == .confirmed)
        let between = try await world.mailedToken(.restore)
        #expect(try await world.flows.addressChange.restore(by: between, from: world.visitor) == .restored)
        #expect(try await world.stored()?.email.text == "new@example.com")
        _ = try await world.mails()
        #expect(try await world.flows.addressChange.restore(by: token, from: world.visitor) == .restored)
        #expect(try await world.stored()?.email.text == "johndoe@example.com")
        #expect(
            try await world.mails().map(\.recipient).sorted() == ["johndoe@example.com", "new@example.com"],
            "the address that is displaced is told too")
    }

    @Test(arguments: ["reset", "password", "everywhere", "operator"])
    func `a change that is asked for ends with all that makes an account safe`(ending: String) async throws {
        let world = try World()
        let account = try await world.account()
        _ = try await world.mails()
        #expect(try await ask(world, "evil@example.com") == "asked")
        let token = try await world.mailedToken(.verify)
        let caller = try await world.logIn().access.claims.caller
        let new = Password("another password")
        switch ending {
        case "reset":
            try await world.flows.recovery.requestReset(for: account.email, from: world.visitor)
            _ = try await world.flows.recovery.reset(
                by: try await world.mailedToken(), to: new, from: world.visitor)
        case "password":
            _ = try await world.flows.passwordChange.change(
                caller, from: World.password, to: new, by: world.visitor)
        case "everywhere":
            _ = try await world.flows.logout.logOut(caller, nil, everywhere: true, from: world.visitor)
        default:
            _ = try await world.flows.administration.setPassword(of: account.id, to: new, by: .commandLine)
        }
        #expect(try await confirm(world, token) == .invalidLink)
        #expect(try await world.stored()?.email == account.email)
    }

    @Test func `an address that was never confirmed is told, and gets no way into the account`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        #expect(try await ask(world, "new@example.com") == "asked")
        #expect(try await confirm(world, try await world.mailedToken(.verify)) == .confirmed)
        let told = try await world.mails()
        #expect(told.map(\.recipient) == ["johndoe@example.com"])
        #expect(told.allSatisfy { $0.token(for: .restore) == nil })
        try await world.flows.confirmation.request(for: try EmailAddress("johndoe@example.com"), from: world.visitor)
        #expect(try await world.mails().isEmpty)
    }

    @Test func `strangers who ask for links take none of what an owner asks for`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        #expect(try await ask(world, "new@example.com") == "asked")
        let token = try await world.mailedToken(.verify)
        for _ in 1...10 {
            try await world.flows.confirmation.request(
                for: try EmailAddress("johndoe@example.com"), from: world.visitor)
        }
        #expect(try await ask(world, "new@example.com") == "asked")
        #expect(try await confirm(world, token) == .invalidLink, "the later link is in its place")
        let later = try #require(try await world.mails().last { $0.recipient == "new@example.com" })
        #expect(try await confirm(world, try #require(later.token(for: .verify))) == .confirmed)
    }

    @Test func `however many accounts ask for one address, it is mailed so often and no more`() async throws {
        let world = try World()
        for name in ["one", "two", "three"] {
            try await world.account(name)
            _ = try await world.mails()
            let caller = try await world.logIn(name).access.claims.caller
            for _ in 1...3 {
                let outcome = try await world.flows.addressChange.request(
                    caller, to: try EmailAddress("target@example.org"), knowing: World.password, from: world.visitor)
                guard case .asked = outcome else { throw Unexpected(outcome) }
            }
            #expect(try await world.mails().count == ["one": 3, "two": 2, "three": 0][name])
        }
    }

    @Test func `somebody else's address is not given away, and who asks is not told`() async throws {
        let world = try World()
        try await world.account()
        try await world.account("jane")
        _ = try await world.mails()
        #expect(try await ask(world, "jane@example.com") == "asked")
        #expect(
            try await world.mails().map { [$0.recipient, $0.subject] } == [
                ["jane@example.com", "Your address is in use already"]
            ])
        // One that is taken between the question and its link stays whose it is.
        #expect(try await ask(world, "late@example.com") == "asked")
        let token = try await world.mailedToken(.verify)
        try await world.account("late")
        #expect(try await confirm(world, token) == .invalidLink)
        #expect(try await world.stored()?.email.text == "johndoe@example.com")
    }

    @Test func `an account asks for so many links, and no more for a while`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        for number in 1...5 { #expect(try await ask(world, "n\(number)@example.com") == "asked") }
        #expect(try await ask(world, "n6@example.com") == "too many")
        #expect(try await world.mails().count == 5)
    }

    @Test func `addresses are of the domains that the file lists, to the letter`() async throws {
        let world = try World(registration: RegistrationSettings(isOpen: true, emailDomains: ["example.com"]))
        try await world.account()
        for email in ["x@example.org", "x@sub.example.com", "x@notexample.com", "example.com@example.net"] {
            let outcome = try await world.flows.registration.register(
                try Username("other"), try EmailAddress(email), password: World.password, from: world.visitor)
            guard case .emailRefused(let refusal) = outcome else { throw Unexpected(outcome) }
            #expect(refusal.code == "domain_not_allowed")
            #expect(try await ask(world, email) == "domain_not_allowed")
        }
        #expect(try await ask(world, "x@EXAMPLE.com") == "asked")
    }
}
