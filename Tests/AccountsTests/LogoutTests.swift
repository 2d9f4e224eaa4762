import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct LogoutTests {
    @Test func `the session of the access token ends, and the others go on`() async throws {
        let world = try World()
        try await world.account()
        let (one, other) = (try await world.logIn(), try await world.logIn())
        let caller = one.access.claims.caller
        let outcome = try await world.flows.logout.logOut(caller, nil, everywhere: false, from: world.visitor)
        #expect(outcome == .loggedOut)
        #expect(try await world.revoked() == [.session(caller.sessionID)])
        #expect(world.follower.count == 1)
        await #expect(throws: Unexpected.self) { try await world.refresh(one.refreshToken) }
        _ = try await world.refresh(other.refreshToken)
    }

    @Test func `a refresh token alone logs out, a rotated one too`() async throws {
        let world = try World()
        try await world.account()
        let grant = try await world.logIn()
        let next = try await world.refresh(grant.refreshToken).refreshToken
        let outcome = try await world.flows.logout.logOut(
            nil, grant.refreshToken, everywhere: false, from: world.visitor)
        #expect(outcome == .loggedOut)
        await #expect(throws: Unexpected.self) { try await world.refresh(next) }
    }

    @Test func `an unknown refresh token ends nothing`() async throws {
        let world = try World()
        let outcome = try await world.flows.logout.logOut(
            nil, OpaqueToken("never issued"), everywhere: true, from: world.visitor)
        #expect(outcome == .nothingToEnd)
        #expect(try await world.revoked().isEmpty)
    }

    @Test func `everywhere ends every session and revokes every token`() async throws {
        let world = try World()
        let account = try await world.account()
        let grants = [try await world.logIn(), try await world.logIn()]
        _ = try await world.flows.logout.logOut(
            nil, grants[0].refreshToken, everywhere: true, from: world.visitor)
        #expect(try await world.revoked() == [.account(account.id, leastVersion: 2)])
        for grant in grants {
            await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        }
        #expect(try await world.logIn().access.claims.version == 2)
    }

    @Test func `a revocation outlives the last token that it concerns`() async throws {
        let world = try World()
        try await world.account()
        let claims = try await world.logIn().access.claims
        _ = try await world.flows.logout.logOut(claims.caller, nil, everywhere: false, from: world.visitor)
        let row = try await world.storage.read { records throws(StorageError) in
            try records.revocations.rows(after: 0, limit: 1).first
        }
        #expect(try #require(row).keepUntil >= claims.expiresAt + .seconds(60))
    }

    @Test func `people see their living sessions, and end single ones of their own alone`() async throws {
        let world = try World()
        try await world.account()
        try await world.account("stranger")
        let stranger = try await world.logIn("stranger").access.claims.caller
        let old = try await world.logIn().access.claims.caller
        world.time.advance(by: .seconds(1))
        let mine = try await world.logIn().access.claims.caller
        let list = try await world.flows.sessions.sessions(of: mine)
        #expect(list.map(\.session.id) == [mine.sessionID, old.sessionID])
        #expect(list.map(\.isCurrent) == [true, false])
        #expect(list.map(\.session.address) == ["192.0.2.7", "192.0.2.7"])
        #expect(try await !world.flows.sessions.end(stranger.sessionID, of: mine, from: world.visitor))
        #expect(try await world.flows.sessions.end(old.sessionID, of: mine, from: world.visitor))
        #expect(try await world.flows.sessions.sessions(of: mine).count == 1)
        #expect(try await world.revoked() == [.session(old.sessionID)])
        world.time.advance(by: .seconds(7 * 86_400))
        #expect(try await world.flows.sessions.sessions(of: mine).isEmpty)
    }
}
