import GatewayAccess
import GatewayKit
import GatewayTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct RevocationLogTests {
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

    @Test func `a restarted node still refuses what was revoked before`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        try await fixture.revoke(.session(SessionID("s1")))
        let restarted = Fixture.log(fixture.storage, fixture.time)
        let check = CredentialCheck(issuer: fixture.issuer, revocations: restarted, time: fixture.time)
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

    @Test func `another node's revocation arrives within a quarter of a second`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fixture.log.run() }
            try await fixture.time.waitForSleepers()
            #expect(fixture.isValid(bearer))
            try await fixture.revoke(.session(SessionID("s1")))
            fixture.time.advance(by: .milliseconds(250))
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
        #expect(table.isRevoked(claims))
    }
}
