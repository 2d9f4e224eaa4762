import GatewayAccess
import GatewayKit
import GatewayTestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct RevocationLogTests {
    @Test func `it is ready only when it has read the log to its end`() async throws {
        let fixture = await Fixture()
        fixture.storage.setFault(.unavailable)
        let log = Fixture.log(fixture.storage, fixture.time)
        await log.catchUp()
        #expect(!log.isReady)
        #expect(!log.isFresh)
        fixture.storage.setFault(nil)
        await log.catchUp()
        #expect(log.isReady)
        #expect(log.isFresh)
    }

    @Test func `its lag is the time since it was last read to its end, or since this node began`() async throws {
        let fixture = await Fixture()
        let log = Fixture.log(fixture.storage, fixture.time)
        fixture.time.advance(by: .seconds(7))
        #expect(log.lag == .seconds(7))
        await log.catchUp()
        #expect(log.lag == .zero)
        fixture.time.advance(by: .seconds(3))
        #expect(log.lag == .seconds(3))
    }

    @Test func `a store that stays away is said once when it goes, once when it matters, and once when it is back`()
        async throws
    {
        let fixture = await Fixture()
        let recorded = RecordedLog()
        let log = Fixture.log(fixture.storage, fixture.time, logger: recorded.logger)
        await log.catchUp()
        fixture.storage.setFault(.unavailable)
        for lines in [1, 2, 2] {
            for _ in 0..<2 { await log.catchUp() }
            #expect(recorded.lines.count == lines)
            fixture.time.advance(by: .seconds(30))
        }
        fixture.storage.setFault(nil)
        for _ in 0..<2 { await log.catchUp() }
        #expect(
            recorded.lines.map { "\($0.level): \($0.message)" } == [
                "warning: the revocation log cannot be read; credentials are refused when this lasts",
                "error: the revocation log is stale: every credential is answered 503 until it can be read",
                "info: the revocation log is readable again, and credentials are judged again",
            ])
    }

    @Test func `a restarted node still refuses what was revoked before`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        try await fixture.revoke(.session(SessionID("s1")))
        let restarted = Fixture.log(fixture.storage, fixture.time)
        let check = CredentialCheck(
            issuer: fixture.issuer, storage: fixture.storage, revocations: restarted,
            cookieName: "__Host-gateway_session", time: fixture.time)
        #expect(check.check(authorization: [bearer]) == .cannotDecide)
        await restarted.catchUp()
        #expect(check.check(authorization: [bearer]) == .bad(reason: "revoked"))
    }

    @Test func `a log of many pages is read to its end`() async throws {
        let fixture = await Fixture()
        let now = fixture.time.now()
        try await fixture.storage.write { records throws(StorageError) in
            for index in 0..<2500 {
                _ = try records.revocations.append(.session(SessionID("\(index)")), keepUntil: now)
            }
        }
        await fixture.log.catchUp()
        #expect(fixture.log.table.count == 2500)
    }

    @Test func `another node's revocation arrives within fifty milliseconds`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fixture.log.run() }
            try await fixture.time.waitForSleepers()
            #expect(fixture.isValid(bearer))
            try await fixture.revoke(.session(SessionID("s1")))
            fixture.time.advance(by: .milliseconds(50))
            try await fixture.time.waitForSleepers()
            #expect(!fixture.isValid(bearer))
            group.cancelAll()
        }
    }

    @Test func `entries go when their last token has expired`() async throws {
        let fixture = await Fixture()
        try await fixture.revoke(.session(SessionID("s1")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fixture.log.run() }
            try await fixture.time.waitForSleepers()
            #expect(fixture.log.table.count == 1)
            fixture.time.advance(by: .seconds(661))
            try await fixture.time.waitForSleepers()
            #expect(fixture.log.table.count == 0)
            group.cancelAll()
        }
    }

    @Test func `an account's least version never sinks`() {
        let table = RevocationTable()
        let id = AccountID("a1")
        let later = Revocation(
            id: 2, subject: .account(id, leastVersion: 3), keepUntil: Timestamp(seconds: 20))
        let earlier = Revocation(
            id: 1, subject: .account(id, leastVersion: 2), keepUntil: Timestamp(seconds: 10))
        table.add([later, earlier])
        table.dropExpired(before: Timestamp(seconds: 15))
        let claims = AccessClaims(
            accountID: id, sessionID: SessionID("s1"), version: 2, issuedAt: Timestamp(seconds: 0),
            expiresAt: Timestamp(seconds: 20), tokenID: "t", username: "johndoe", email: nil, groups: [])
        #expect(table.standing(of: Principal(claims)) == .outdated)
    }
}
