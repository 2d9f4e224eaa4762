import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

@Suite(.timeLimit(.minutes(5))) struct LoginTests {
    @Test(arguments: ["johndoe", "JohnDoe", "johndoe@example.com", "JohnDoe@Example.com"])
    func `name and address both log in, however they are typed`(name: String) async throws {
        let world = try World()
        let account = try await world.account()
        let grant = try await world.logIn(name)
        #expect(grant.access.claims.accountID == account.id)
        #expect(grant.expiresIn == .seconds(600))
        #expect(try await world.stored()?.lastLoginAt == world.time.now())
        #expect(try await world.audited().last == "login_succeeded")
    }

    @Test func `unknown, wrong and disabled are refused alike, by the same work`() async throws {
        let world = try World()
        try await world.account("someone")
        let closed = try await world.account("closed")
        _ = try await world.flows.administration.disable(closed.id, by: .commandLine)
        for (name, password) in [
            ("nobody", World.password), ("no body", World.password), ("someone", Password("wrong password")),
            ("closed", World.password),
        ] {
            let (hashes, writes) = (world.hasher.counts.total, world.storage.writeCount)
            let outcome = try await world.flows.login.logIn(as: name, password: password, from: world.visitor)
            guard case .refused = outcome else { throw Unexpected(outcome) }
            #expect(world.hasher.counts.total - hashes == 1, "\(name)")
            #expect(world.storage.writeCount - writes == 2, "\(name)")
            #expect(try await world.audited().last == "login_failed")
        }
    }

    @Test func `no event tells what was typed`() async throws {
        let world = try World()
        _ = try await world.flows.login.logIn(as: "my-secret", password: World.password, from: world.visitor)
        let events = try await world.storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 10)
        }
        #expect(events.first?.facts == ["reason": "unknown"])
        #expect(!"\(events)".contains("my-secret"))
    }

    @Test func `an outdated hash is replaced, and the version stays`() async throws {
        let world = try World()
        let before = try await world.account()
        world.hasher.outdateHashes()
        _ = try await world.logIn()
        let after = try #require(try await world.stored())
        #expect(after.passwordHash != before.passwordHash)
        #expect(after.version == before.version)
        let hashes = world.hasher.counts.hashes
        _ = try await world.logIn()
        #expect(world.hasher.counts.hashes == hashes)
    }

    @Test func `no session begins for a password that was changed while it was compared`() async throws {
        let world = try World()
        let account = try await world.account()
        world.hasher.setMeanwhile {
            world.hasher.setMeanwhile(nil)
            _ = try? await world.flows.administration.setPassword(
                of: account.id, to: Password("another one"), by: .commandLine)
        }
        let outcome = try await world.flows.login.logIn(as: "johndoe", password: World.password, from: world.visitor)
        guard case .refused = outcome else { throw Unexpected(outcome) }
        let sessions = try await world.storage.read { records throws(StorageError) in
            try records.sessions.sessions(of: account.id)
        }
        #expect(sessions.isEmpty)
    }

    @Test func `a login that meets a change of groups begins with the new ones`() async throws {
        let world = try World()
        let account = try await world.account()
        let staff = try GroupName("staff")
        world.hasher.setMeanwhile {
            world.hasher.setMeanwhile(nil)
            _ = try? await world.flows.administration.setGroups(of: account.id, to: [staff], by: .commandLine)
        }
        let grant = try await world.logIn()
        #expect(grant.access.claims.groups == ["staff"])
        #expect(grant.access.claims.version == 2)
    }

    @Test func `a failed login waits until the dearest hash would have been compared`() async throws {
        let world = try World()
        try await world.account()
        world.hasher.setMeanwhile { world.time.advance(by: .milliseconds(200)) }
        _ = try await world.logIn()
        world.hasher.setMeanwhile(nil)
        async let outcome = world.flows.login.logIn(as: "nobody", password: World.password, from: world.visitor)
        try await world.time.waitForSleepers()
        world.time.advance(by: .milliseconds(249))
        #expect(world.time.sleeperCount == 1)
        world.time.advance(by: .milliseconds(1))
        guard case .refused = try await outcome else { throw Unexpected("") }
    }

    @Test func `what the dearest hash costs is found out before anyone guesses at it`() async throws {
        let world = try World()
        try await world.account()
        world.hasher.setMeanwhile { world.time.advance(by: .milliseconds(200)) }
        await world.flows.paceSurvey.survey()
        await world.flows.paceSurvey.survey()
        #expect(world.hasher.counts.verifications == 2)
        world.hasher.setMeanwhile(nil)
        async let outcome = world.flows.login.logIn(as: "nobody", password: World.password, from: world.visitor)
        try await world.time.waitForSleepers()
        world.time.advance(by: .milliseconds(249))
        #expect(world.time.sleeperCount == 1)
        world.time.advance(by: .milliseconds(1))
        guard case .refused = try await outcome else { throw Unexpected("") }
    }

    @Test func `in a store of cheap hashes, what a name that nobody has costs is found out before anyone asks`()
        async throws
    {
        let world = try World()
        world.hasher.setMeanwhile { world.time.advance(by: .milliseconds(200)) }
        await world.flows.paceSurvey.survey()
        await world.flows.paceSurvey.survey()
        #expect(world.hasher.counts.nobodies == 2)
        world.hasher.setMeanwhile(nil)
        try await world.account()
        async let outcome = world.flows.login.logIn(
            as: "johndoe", password: Password("wrong horse"), from: world.visitor)
        try await world.time.waitForSleepers()
        world.time.advance(by: .milliseconds(249))
        #expect(world.time.sleeperCount == 1)
        world.time.advance(by: .milliseconds(1))
        guard case .refused = try await outcome else { throw Unexpected("") }
    }

    @Test(arguments: [true, false])
    func `behind a hash much cheaper than nobody's, nobody's is computed too`(isCheap: Bool) async throws {
        let world = try World()
        let account = try await world.account()
        let pace = world.flows.login.check.pace
        pace.learn(AnswerPace.nobody, cost: .milliseconds(100))
        pace.learn(AnswerPace.format(of: account.passwordHash), cost: .milliseconds(isCheap ? 40 : 60))
        async let outcome = world.flows.login.logIn(
            as: "johndoe", password: Password("wrong horse"), from: world.visitor)
        try await world.time.waitForSleepers()
        #expect(world.hasher.counts.nobodies == (isCheap ? 1 : 0))
        #expect(pace.floor == .milliseconds(isCheap ? 140 : 100) * 5 / 4)
        world.time.advance(by: .seconds(1))
        guard case .refused = try await outcome else { throw Unexpected("") }
    }

    @Test func `full hashing says busy, and no key to sign with is out of reach`() async throws {
        let world = try World()
        try await world.account()
        world.hasher.setBusy(retryAfter: .seconds(3))
        let busy = await #expect(throws: AccountsError.self) { try await world.logIn() }
        guard case .busy(retryAfter: .seconds(3)) = busy else { throw Unexpected(busy as Any) }
        world.hasher.setBusy(retryAfter: nil)
        world.issuer.setHasKey(false)
        let keyless = await #expect(throws: AccountsError.self) { try await world.logIn() }
        guard case .unavailable = keyless else { throw Unexpected(keyless as Any) }
    }
}
