import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct RefreshTests {
    private func isRefused(_ world: World, _ token: OpaqueToken) async throws -> Bool {
        if case .refused = try await world.flows.refresh.refresh(token, from: world.visitor) { return true }
        return false
    }

    @Test func `fifty parallel refreshes with one token yield one successor`() async throws {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().refreshToken
        let successors = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await world.refresh(first).refreshToken.reveal() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(successors.count == 1)
        #expect(!successors.contains(first.reveal()))
    }

    @Test func `a repeat gets the same successor for as long as that was not used`() async throws {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().refreshToken
        let second = try await world.refresh(first).refreshToken
        world.time.advance(by: .seconds(6 * 86_400))
        #expect(try await world.refresh(first).refreshToken.hash == second.hash)
    }

    @Test func `a repeat gets the used successor while the grace lasts`() async throws {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().refreshToken
        let second = try await world.refresh(first).refreshToken
        let third = try await world.refresh(second).refreshToken
        world.time.advance(by: .milliseconds(9999))
        #expect(try await world.refresh(first).refreshToken.hash == second.hash)
        #expect(try await world.refresh(second).refreshToken.hash == third.hash)
    }

    @Test func `a replay after use and grace ends the whole family`() async throws {
        let world = try World()
        let account = try await world.account()
        let grant = try await world.logIn()
        let second = try await world.refresh(grant.refreshToken).refreshToken
        world.time.advance(by: .seconds(10))
        let third = try await world.refresh(second).refreshToken
        #expect(try await isRefused(world, grant.refreshToken))
        #expect(try await isRefused(world, third))
        #expect(try await isRefused(world, second))
        #expect(try await world.audited().count { $0 == "refresh_replayed" } == 1)
        #expect(try await world.revoked() == [.session(grant.access.claims.sessionID)])
        #expect(world.follower.count == 1)
        let sessions = try await world.storage.read { records throws(StorageError) in
            try records.sessions.sessions(of: account.id)
        }
        #expect(sessions.isEmpty)
    }

    @Test func `the nonce goes when the successor is used after the grace`() async throws {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().refreshToken
        let second = try await world.refresh(first).refreshToken
        #expect(try await world.hasNonces([first, second]) == [true, false])
        world.time.advance(by: .seconds(10))
        _ = try await world.refresh(second)
        #expect(try await world.hasNonces([first, second]) == [false, true])
    }

    @Test func `nonces kept for their grace go with a later use`() async throws {
        let world = try World()
        try await world.account()
        var tokens = [try await world.logIn().refreshToken]
        for _ in 1...3 { tokens.append(try await world.refresh(tokens[tokens.count - 1]).refreshToken) }
        #expect(try await world.hasNonces(tokens) == [true, true, true, false])
        world.time.advance(by: .seconds(10))
        tokens.append(try await world.refresh(tokens[3]).refreshToken)
        #expect(try await world.hasNonces(tokens) == [false, false, false, true, false])
    }

    @Test func `a use after the grace erases all nonces before it, however many there are`() async throws {
        let world = try World()
        try await world.account()
        var tokens = [try await world.logIn().refreshToken]
        for _ in 1...150 { tokens.append(try await world.refresh(tokens[tokens.count - 1]).refreshToken) }
        world.time.advance(by: .seconds(10))
        tokens.append(try await world.refresh(tokens[150]).refreshToken)
        #expect(try await world.hasNonces(tokens).count { $0 } == 1)
    }

    @Test func `a session that nobody used ends, and one in use goes on`() async throws {
        let world = try World()
        try await world.account()
        let idle = try await world.logIn().refreshToken
        var used = try await world.logIn().refreshToken
        for _ in 1...7 {
            world.time.advance(by: .seconds(86_400))
            used = try await world.refresh(used).refreshToken
        }
        #expect(try await isRefused(world, idle))
        #expect(try await !isRefused(world, used))
    }

    @Test func `a session has an absolute end, whatever its use`() async throws {
        let world = try World()
        try await world.account()
        var token = try await world.logIn().refreshToken
        for _ in 1...29 {
            world.time.advance(by: .seconds(86_400))
            token = try await world.refresh(token).refreshToken
        }
        world.time.advance(by: .seconds(86_400))
        #expect(try await isRefused(world, token))
    }

    @Test func `new claims come from the account as it is now`() async throws {
        let world = try World()
        let account = try await world.account()
        let first = try await world.logIn().refreshToken
        let admins = try GroupName("admins")
        _ = try await world.flows.administration.setGroups(of: account.id, to: [admins], by: .commandLine)
        let claims = try await world.refresh(first).access.claims
        #expect(claims.groups == ["admins"])
        #expect(claims.version == 2)
    }

    @Test func `an unknown token and one of a disabled account are refused`() async throws {
        let world = try World()
        let account = try await world.account()
        let token = try await world.logIn().refreshToken
        #expect(try await isRefused(world, OpaqueToken("never issued")))
        _ = try await world.flows.administration.disable(account.id, by: .commandLine)
        #expect(try await isRefused(world, token))
    }

    @Test func `a crash between commit and answer logs nobody out`() async throws {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().refreshToken
        world.storage.setFault(.outcomeUnknown)
        await #expect(throws: AccountsError.self) { try await world.refresh(first) }
        world.storage.setFault(nil)
        world.time.advance(by: .seconds(3600))
        let second = try await world.refresh(first).refreshToken
        _ = try await world.refresh(second)
    }
}
