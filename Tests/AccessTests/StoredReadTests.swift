import GatewayAccess
import GatewayKit
import GatewayTestKit
import Testing

/// What happens while the store is asked.
@Suite(.timeLimit(.minutes(5))) struct StoredReadTests {
    @Test func `what was read while the log moved is not remembered`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key()
        let check = check(of: fixture) {
            try? await fixture.revoke(.session(SessionID("another")))
            await fixture.log.catchUp()
        }
        for values in [key, fixture.junk(1)] {
            for _ in 1...2 {
                _ = await check.check(authorization: [values], cookies: [])
                #expect(check.checkInMemory(authorization: [values], cookies: []) == nil)
            }
        }
        #expect(check.knownCount == 0)
        guard case .valid = await check.check(authorization: [key], cookies: []) else {
            Issue.record("what was read is not believed")
            return
        }
    }

    @Test func `a key that is revoked while it is read is refused, and groups that change meanwhile are read again`()
        async throws
    {
        let fixture = await Fixture()
        let (key, other) = (try await fixture.key(), try await fixture.key("k2"))
        let revoking = check(of: fixture) {
            try? await fixture.revokeKey()
            await fixture.log.catchUp()
        }
        #expect(await revoking.check(authorization: [key], cookies: []) == .bad(reason: "revoked"))
        let changing = check(of: fixture) {
            try? await fixture.change { $0.groups = [GroupName(stored: "admins")] }
            await fixture.log.catchUp()
        }
        #expect(
            await changing.check(authorization: [other], cookies: []) == .cannotDecide,
            "an account that changes at each reading")
        #expect(await fixture.principal(of: other)?.groups == ["admins"])
    }

    @Test func `a log that grows stale meanwhile decides nothing`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key()
        let check = check(of: fixture) { fixture.time.advance(by: .seconds(30)) }
        #expect(await check.check(authorization: [key], cookies: []) == .cannotDecide)
    }

    @Test func `sixty-four are looked up at once, and of one more nobody can decide`() async throws {
        let fixture = await Fixture()
        let key = try await fixture.key()
        let check = check(of: fixture) { try? await fixture.time.sleep(for: .seconds(1)) }
        try await withThrowingTaskGroup(of: CredentialVerdict.self) { group in
            for number in 1...64 {
                group.addTask { await check.check(authorization: [fixture.junk(number)], cookies: []) }
            }
            try await fixture.time.waitForSleepers(64)
            #expect(await check.check(authorization: [key], cookies: []) == .cannotDecide)
            fixture.time.advance(by: .seconds(1))
            for try await verdict in group { #expect(verdict == .bad(reason: "an unknown API key")) }
        }
        async let verdict = check.check(authorization: [key], cookies: [])
        try await fixture.time.waitForSleepers(1)
        fixture.time.advance(by: .seconds(1))
        guard case .valid = await verdict else {
            Issue.record("the places are not free again")
            return
        }
    }

    private func check(
        of fixture: Fixture, meanwhile: @escaping @Sendable () async -> Void
    ) -> CredentialCheck {
        CredentialCheck(
            issuer: fixture.issuer, storage: Delayed(base: fixture.storage, meanwhile: meanwhile),
            revocations: fixture.log, cookieName: "gateway_session", time: fixture.time)
    }
}

/// A store whose reads are answered after something else has happened.
private struct Delayed: Storage {
    let base: InMemoryStorage
    let meanwhile: @Sendable () async -> Void

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        let result = try await base.read(body)
        await meanwhile()
        return result
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result { try await base.write(body) }

    func checkReadiness() async throws(StorageError) { try await base.checkReadiness() }
}
