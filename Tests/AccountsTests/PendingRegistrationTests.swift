import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

/// What becomes of registrations where addresses are to be confirmed first.
@Suite(.timeLimit(.minutes(5))) struct PendingRegistrationTests {
    @Test func `a registration waits, and its link makes the account, once`() async throws {
        let world = try World.required()
        try await world.wait("johndoe")
        #expect(try await world.stored() == nil)
        #expect(try await world.enter("johndoe") == "unverified")
        #expect(try await world.enter("johndoe", Password("wrong password")) == "refused")
        #expect(try await world.enter("johndoe@example.com") == "refused", "an account may have it")
        let mails = try await world.mails()
        #expect(mails.map(\.recipient) == ["johndoe@example.com"])
        #expect(mails.map(\.subject) == ["Confirm your address"])
        let token = try #require(mails.first?.token(for: .verify))
        #expect(try await world.confirm(token))
        let account = try #require(try await world.stored())
        #expect(account.isEmailVerified && account.email.text == "johndoe@example.com")
        #expect(try await !world.confirm(token))
        _ = try await world.logIn()
        #expect(try await world.mails().isEmpty, "one welcome is enough")
        #expect(
            try await world.audited() == [
                "registration_requested", "login_failed", "login_failed", "login_failed", "registered",
                "login_succeeded",
            ])
    }

    @Test func `a link ends after a day, with all that it was for`() async throws {
        let world = try World.required()
        try await world.wait("johndoe")
        let token = try await world.mailedToken(.verify)
        world.time.advance(by: .seconds(24 * 3600 - 1))
        #expect(try await world.enter("johndoe") == "unverified")
        #expect(try await world.register("johndoe", "other@example.com") == "usernameTaken")
        world.time.advance(by: .seconds(1))
        #expect(try await !world.confirm(token))
        #expect(try await world.enter("johndoe") == "refused")
        try await world.wait("johndoe", "other@example.com")
    }

    @Test func `a squatted address is its owner's all the same, and the squatter is shown nothing`() async throws {
        let world = try World.required()
        try await world.wait("squatter", "jane@example.com")
        let squatted = try await world.mailedToken(.verify)
        try await world.wait("jane", "jane@example.com")
        let mail = try #require(try await world.mails().first)
        #expect(mail.text.contains("Hello jane,") && !mail.text.contains("squatter"))
        #expect(try await world.confirm(try #require(mail.token(for: .verify))))
        #expect(try await !world.confirm(squatted), "the address is confirmed")
        _ = try await world.logIn("jane")
        world.time.advance(by: .seconds(24 * 3600 - 1))
        #expect(try await world.enter("squatter") == "unverified", "as where nobody confirms")
        _ = try await world.flows.administration.delete(
            try #require(try await world.stored("jane")).id, by: .commandLine)
        #expect(try await !world.confirm(squatted), "a link that worked no more works never again")
    }

    @Test func `of parallel uses of a link, and of links to one address, one wins`() async throws {
        let world = try World.required()
        var tokens: [OpaqueToken] = []
        for name in ["one", "two", "three"] {
            try await world.wait(name, "shared@example.com")
            tokens.append(try await world.mailedToken(.verify))
        }
        let links = tokens
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<30 { group.addTask { try await world.confirm(links[index % 3]) } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wins == 1)
        #expect(try await world.flows.administration.accounts(after: nil, limit: 10).count == 1)
    }

    @Test func `an operator may take the name or the address of what waits, whose link works no more`() async throws {
        let world = try World.required()
        for (name, other) in [("johndoe", "x@example.com"), ("someone", "jane@example.com")] {
            try await world.wait(name == "johndoe" ? name : "jane")
            let token = try await world.mailedToken(.verify)
            try await world.make(name, other)
            #expect(try await !world.confirm(token))
            guard name == "johndoe" else { continue }
            try await world.resend("johndoe@example.com")
            #expect(try await world.mails().isEmpty, "it waits no more")
        }
        #expect(try await world.enter("jane") == "unverified")
    }

    @Test func `an import may take them too, and ends what waits under the name`() async throws {
        let world = try World.required()
        for (name, other) in [("johndoe", "x@example.com"), ("someone", "jane@example.com")] {
            try await world.wait(name == "johndoe" ? name : "jane")
            let token = try await world.mailedToken(.verify)
            let account = ImportedAccount(username: try Username(name), email: try EmailAddress(other))
            let outcomes = try await world.flows.administration.accountImport.take([account], by: .commandLine)
            #expect(outcomes == [.imported])
            #expect(try await !world.confirm(token))
            guard name == "johndoe" else { continue }
            try await world.resend("johndoe@example.com")
            #expect(try await world.mails().isEmpty, "it waits no more")
        }
        #expect(try await world.enter("jane") == "unverified")
    }

    @Test func `a name that waits is nobody else's, neither by registering nor by renaming`() async throws {
        let world = try World()
        try await world.account("jane")
        try await world.wait("johndoe")
        #expect(try await world.register("johndoe", "other@example.com") == "usernameTaken")
        let outcome = try await world.flows.registration.register(
            try Username("johndoe"), try EmailAddress("other@example.com"), password: World.password,
            from: world.visitor)
        guard case .usernameTaken = outcome else { throw Unexpected(outcome) }
        let caller = try await world.logIn("jane").access.claims.caller
        let renaming = try await world.flows.profile.rename(caller, to: try Username("johndoe"), from: world.visitor)
        guard case .usernameTaken = renaming else { throw Unexpected(renaming) }
        world.time.advance(by: .seconds(24 * 3600))
        let later = try await world.flows.profile.rename(caller, to: try Username("johndoe"), from: world.visitor)
        guard case .renamed = later else { throw Unexpected(later) }
    }

    @Test func `what waits when the file asks for less goes on waiting, and can be confirmed`() async throws {
        let world = try World()
        try await world.wait("johndoe")
        let token = try await world.mailedToken(.verify)
        let outcome = try await world.flows.login.logIn(as: "johndoe", password: World.password, from: world.visitor)
        guard case .unverified = outcome else { throw Unexpected(outcome) }
        #expect(try await world.flows.confirmation.confirm(by: token, from: world.visitor) == .confirmed)
        _ = try await world.logIn()
    }

    @Test func `an account from before waits too, keeps its sessions, and gets a link`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        let grant = try await world.logIn()
        #expect(try await world.enter("johndoe") == "unverified")
        #expect(try await world.enter("johndoe@example.com") == "unverified")
        #expect(try await world.enter("johndoe", Password("wrong password")) == "refused")
        guard
            case .refreshed = try await world.flows(.required).refresh.refresh(grant.refreshToken, from: world.visitor)
        else { throw Unexpected("no session") }
        try await world.resend("johndoe@example.com")
        #expect(try await world.confirm(try await world.mailedToken(.verify)))
        #expect(try await world.enter("johndoe") == "in")
        let closed = try await world.account("closed")
        _ = try await world.flows.administration.disable(closed.id, by: .commandLine)
        #expect(try await world.enter("closed") == "refused")
    }

    @Test func `guesses at what waits are counted as at an account, and the right password is none`() async throws {
        let world = try World.required()
        try await world.wait("johndoe")
        for _ in 1...15 { #expect(try await world.enter("johndoe") == "unverified") }
        for _ in 1...9 { #expect(try await world.enter("johndoe", Password("wrong password")) == "refused") }
        #expect(try await world.enter("johndoe") == "unverified")
        for _ in 1...10 { #expect(try await world.enter("johndoe", Password("wrong password")) == "refused") }
        #expect(try await world.enter("johndoe") == "900")
        world.time.advance(by: .seconds(900))
        #expect(try await world.enter("johndoe") == "unverified")
    }

    @Test func `chores remove what has ended`() async throws {
        let world = try World.required()
        try await world.wait("johndoe")
        world.time.advance(by: .seconds(24 * 3600))
        for expected in [1, 0] {
            try await Chores(
                storage: world.storage, lifetimes: world.issuer.lifetimes, time: world.time, random: world.random,
                logger: RecordedLog().logger
            ).cleanUp()
            let left = try await world.storage.read { records throws(StorageError) in
                try records.registrations.registration(
                    named: Username(stored: "johndoe"), at: Timestamp(milliseconds: 0))
            }
            #expect((left == nil ? 0 : 1) == expected)
            world.time.advance(by: .milliseconds(1))
        }
    }

    @Test func `operators see counted what waits, what is taken and what was told to wait`() async throws {
        let world = try World.required()
        try await world.make("jane", "jane@example.com")
        try await world.wait("johndoe")
        try await world.wait("thief", "jane@example.com")
        _ = try await world.enter("johndoe")
        #expect(["pending", "email_taken", "registered"].map { world.count("registrations", $0) } == [1, 1, 0])
        #expect(world.count("logins", "unverified") == 1)
    }
}
