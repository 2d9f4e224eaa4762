import GatewayAccess
import GatewayKit
import GatewayTestKit
import Testing

/// API keys, of which the store knows whose they are.
@Suite(.timeLimit(.minutes(5))) struct OpaqueCredentialTests {
    @Test func `a key is read from the store once, and known after that`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key(scope: ["/reports/**"])
        #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) == nil)
        let reads = fixture.storage.readCount
        let principal = try #require(await fixture.principal(of: key))
        for _ in 1...5 {
            #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) == .valid(principal))
        }
        #expect(fixture.storage.readCount == reads + 1)
        #expect(fixture.check.knownCount == 1)
        #expect(principal.caller == nil)
        #expect(principal.username == "johndoe" && principal.groups == ["staff"])
        #expect(principal.pathScope?.map(\.description) == ["/reports/**"])
        #expect(principal.identity.fields.map(\.value) == ["johndoe", "a1", "", "johndoe", "staff"])
    }

    @Test func `where an access token is asked for, a key is bad, known or not`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key()
        for _ in 1...2 {
            guard case .bad = fixture.check.check(authorization: [key]) else {
                Issue.record("a key is not bad")
                continue
            }
            #expect(await fixture.principal(of: key) != nil)
        }
    }

    @Test func `a revoked key is refused at once, after a flood of others, and after a restart`() async throws {
        let fixture = await Fixture(capacity: 10)
        let key = try await fixture.key()
        #expect(await fixture.principal(of: key) != nil)
        try await fixture.revokeKey()
        await fixture.log.catchUp()
        #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) == .bad(reason: "revoked"))
        for number in 0..<50 {
            let other = try await fixture.key("other \(number)")
            #expect(await fixture.principal(of: other) != nil)
        }
        #expect(await fixture.principal(of: key) == nil)
        let restarted = Fixture.log(fixture.storage, fixture.time)
        await restarted.catchUp()
        let check = CredentialCheck(
            issuer: fixture.issuer, storage: fixture.storage, revocations: restarted, cookieName: "gateway_session",
            time: fixture.time)
        #expect(await check.check(authorization: [key], cookies: []) == .bad(reason: "an unknown API key"))
    }

    @Test func `a key that ends in time is refused from then on, and so is one of a disabled account`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key(lifetime: .seconds(60))
        let other = try await fixture.key("k2")
        fixture.time.advance(by: .milliseconds(59_999))
        await fixture.log.catchUp()
        #expect(await fixture.principal(of: key) != nil)
        fixture.time.advance(by: .milliseconds(1))
        #expect(await fixture.verdict(on: key) == .bad(reason: "an expired API key"))
        try await fixture.change { $0.isDisabled = true }
        #expect(await fixture.verdict(on: other) == .bad(reason: "the API key of a disabled account"))
    }

    @Test func `when the account's groups change, a known key passes on with the new ones`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key()
        #expect(await fixture.principal(of: key)?.groups == ["staff"])
        try await fixture.change { $0.groups = [GroupName(stored: "admins")] }
        await fixture.log.catchUp()
        #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) == nil)
        fixture.storage.setFault(.unavailable)
        #expect(await fixture.verdict(on: key) == .cannotDecide, "what is known is the groups before")
        fixture.storage.setFault(nil)
        #expect(await fixture.principal(of: key)?.groups == ["admins"])
        #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) != nil)
    }

    @Test func `while the store is away, a known key passes and of another nobody can decide`() async throws {
        let fixture = await Fixture()
        let (known, other) = (try await fixture.key(), try await fixture.key("k2"))
        #expect(await fixture.principal(of: known) != nil)
        for fault in [InMemoryStorage.Fault.unavailable, .broken] {
            fixture.storage.setFault(fault)
            #expect(await fixture.principal(of: known) != nil)
            #expect(await fixture.verdict(on: other) == .cannotDecide)
            #expect(await fixture.verdict(on: fixture.junk(1)) == .cannotDecide)
        }
        fixture.time.advance(by: .seconds(30))
        #expect(await fixture.verdict(on: known) == .cannotDecide, "the log is stale")
        #expect(fixture.check.checkInMemory(authorization: [known], cookies: []) == .cannotDecide)
    }

    @Test func `a key that never was costs a read in five seconds, and no flood of such drives a good one out`()
        async throws
    {
        let fixture = await Fixture()
        let key = try await fixture.key()
        #expect(await fixture.principal(of: key) != nil)
        let reads = fixture.storage.readCount
        for _ in 1...3 { #expect(await fixture.verdict(on: fixture.junk(0)) == .bad(reason: "an unknown API key")) }
        #expect(fixture.storage.readCount == reads + 1)
        fixture.time.advance(by: .seconds(5))
        _ = await fixture.verdict(on: fixture.junk(0))
        #expect(fixture.storage.readCount == reads + 2)
        for number in 1...5000 { _ = await fixture.verdict(on: fixture.junk(number)) }
        #expect(fixture.storage.readCount == reads + 5002)
        #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) != nil)
    }

    @Test func `a text that cannot be a key is bad without a read`() async throws {
        let fixture = await Fixture()
        let (key, reads) = (try await fixture.key(), fixture.storage.readCount)
        let last = try #require(key.last)
        for text in ["Bearer agk_", key + "A", String(key.dropLast()), String(key.dropLast()) + "B", key + "="] {
            guard case .bad = fixture.check.checkInMemory(authorization: [text], cookies: []) else {
                Issue.record("\(text) is not bad")
                continue
            }
        }
        #expect(last != "B" && fixture.storage.readCount == reads)
    }

    @Test func `a known key is read again before five minutes are over, by one, and by then at the latest`()
        async throws
    {
        let fixture = await Fixture()
        let key = try await fixture.key()
        #expect(await fixture.principal(of: key) != nil)
        let reads = fixture.storage.readCount
        fixture.time.advance(by: .seconds(240))
        await fixture.log.catchUp()
        #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) == nil, "it is due")
        fixture.storage.setFault(.unavailable)
        #expect(await fixture.principal(of: key) != nil, "the store is away, and the key is still believed")
        #expect(fixture.check.checkInMemory(authorization: [key], cookies: []) != nil, "another tries already")
        #expect(fixture.storage.readCount == reads + 2)
        fixture.storage.setFault(nil)
        fixture.time.advance(by: .seconds(60))
        await fixture.log.catchUp()
        fixture.storage.setFault(.unavailable)
        #expect(await fixture.verdict(on: key) == .cannotDecide)
    }

    @Test func `a civil clock that leaps over the life of a revocation brings no key back`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key()
        #expect(await fixture.principal(of: key) != nil)
        try await fixture.revokeKey()
        await fixture.log.catchUp()
        fixture.time.setCivilTime(fixture.time.now() + .seconds(7200))
        fixture.log.table.dropExpired(before: fixture.time.now())
        #expect(fixture.log.table.count == 0)
        #expect(await fixture.verdict(on: key) == .bad(reason: "an unknown API key"))
    }
}
