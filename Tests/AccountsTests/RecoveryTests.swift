import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct RecoveryTests {
    private let new = Password("another one")

    private func ask(_ world: World, _ email: String = "johndoe@example.com") async throws {
        try await world.flows.recovery.requestReset(for: try EmailAddress(email), from: world.visitor)
    }

    private func reset(_ world: World, _ token: OpaqueToken, _ password: Password) async throws -> String {
        switch try await world.flows.recovery.reset(by: token, to: password, from: world.visitor) {
        case .reset: "reset"
        case .invalidLink: "invalid"
        case .passwordRefused(let refusal): refusal.code
        }
    }

    @Test func `a mailed link sets the password, confirms the address and ends every session`() async throws {
        let world = try World()
        let account = try await world.account()
        let grant = try await world.logIn()
        _ = try await world.mails()
        try await ask(world)
        let token = try await world.mailedToken()
        #expect(try await reset(world, token, new) == "reset")
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        await #expect(throws: Unexpected.self) { try await world.logIn() }
        _ = try await world.logIn(password: new)
        let stored = try #require(try await world.stored())
        #expect(stored.isEmailVerified)
        #expect(stored.version == 2)
        #expect(try await world.revoked() == [.account(account.id, leastVersion: 2)])
        #expect(try await world.mails().map(\.subject) == ["Your password was changed"])
    }

    @Test func `an unknown address gets no mail, by the same number of transactions`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        let start = (world.storage.readCount, world.storage.writeCount)
        try await ask(world)
        let known = (world.storage.readCount - start.0, world.storage.writeCount - start.1)
        #expect(try await world.mails().count == 1)
        let next = (world.storage.readCount, world.storage.writeCount)
        try await ask(world, "nobody@example.com")
        #expect((world.storage.readCount - next.0, world.storage.writeCount - next.1) == known)
        #expect(try await world.mails().isEmpty)
        #expect(try await world.audited().suffix(2) == ["reset_requested", "reset_requested"])
    }

    @Test func `a link works once, and of parallel uses one wins`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        try await ask(world)
        let token = try await world.mailedToken()
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await reset(world, token, new) == "reset" } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(try await reset(world, token, new) == "invalid")
    }

    @Test func `a link ends after half an hour`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        try await ask(world)
        let token = try await world.mailedToken()
        world.time.advance(by: .seconds(1800))
        #expect(try await reset(world, token, new) == "invalid")
    }

    @Test func `a newer link takes the place of an older one`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        try await ask(world)
        let old = try await world.mailedToken()
        try await ask(world)
        let young = try await world.mailedToken()
        #expect(try await reset(world, old, new) == "invalid")
        #expect(try await reset(world, young, new) == "reset")
    }

    @Test func `a refused password costs no hash and leaves the link good`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        try await ask(world)
        let token = try await world.mailedToken()
        let hashes = world.hasher.counts.total
        #expect(try await reset(world, token, Password("password")) == "too_common")
        #expect(world.hasher.counts.total == hashes)
        #expect(try await reset(world, token, new) == "reset")
    }

    @Test func `an unknown link costs no hash`() async throws {
        let world = try World()
        #expect(try await reset(world, OpaqueToken("never mailed"), new) == "invalid")
        #expect(world.hasher.counts.total == 0)
    }

    @Test func `one account is mailed five links in a quarter of an hour, and the last stays good`() async throws {
        let world = try World()
        try await world.account()
        _ = try await world.mails()
        for _ in 1...4 { try await ask(world) }
        _ = try await world.mails()
        try await ask(world)
        let last = try await world.mailedToken()
        for _ in 1...20 { try await ask(world) }
        #expect(try await world.mails().isEmpty)
        #expect(try await reset(world, last, new) == "reset")
    }

    @Test func `a disabled account gets no link, and one mailed before is void`() async throws {
        let world = try World()
        let account = try await world.account()
        _ = try await world.mails()
        try await ask(world)
        let token = try await world.mailedToken()
        _ = try await world.flows.administration.disable(account.id, by: .commandLine)
        #expect(try await reset(world, token, new) == "invalid")
        try await ask(world)
        #expect(try await world.mails().isEmpty)
    }
}
