import GatewayAccess
import GatewayKit
import GatewayTestKit
import Logging
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

    @Test func `what the store tells of is read at once, and what it does not tell of within half a second`()
        async throws
    {
        let (fixture, log, told) = await telling()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await log.run() }
            told.yield(.added)
            for number in 1...3 {
                try await fixture.revoke(.session(SessionID("\(number)")))
                told.yield(.added)
                while log.table.count < number {
                    try Task.checkCancellation()
                    await Task.yield()
                }
            }
            #expect(fixture.time.elapsed() == .zero)
            // The last word may have been heard twice, so that it is not known when the wait began.
            try await fixture.revoke(.session(SessionID("untold")))
            while log.table.count < 4 {
                try await fixture.time.waitForSleepers()
                #expect(fixture.time.elapsed() <= .milliseconds(500))
                fixture.time.advance(by: .milliseconds(500))
                for _ in 0..<100 where log.table.count < 4 { await Task.yield() }
            }
            group.cancelAll()
        }
    }

    @Test func `a store that has fallen silent is asked as often as one that never tells`() async throws {
        let (fixture, log, told) = await telling()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await log.run() }
            told.yield(.added)
            // That of the fixture, the run's own first look, and the one that follows the word.
            while fixture.storage.readCount < 3 {
                try Task.checkCancellation()
                await Task.yield()
            }
            for (word, reads) in [(RevocationNews.added, 0), (.silent(reason: "gone"), 20), (.added, 0)] {
                let before = fixture.storage.readCount
                told.yield(word)
                // What it tells is followed by a look, whatever it is.
                while fixture.storage.readCount == before {
                    try Task.checkCancellation()
                    await Task.yield()
                }
                try await fixture.time.waitForSleepers()
                let settled = fixture.storage.readCount
                for _ in 0..<19 {
                    fixture.time.advance(by: .milliseconds(50))
                    try await fixture.time.waitForSleepers()
                }
                #expect(abs(fixture.storage.readCount - settled - reads) <= 2, "\(word)")
            }
            group.cancelAll()
        }
    }

    @Test func `that the store tells nothing is said once, with the reason, and that it tells again`() async throws {
        let recorded = RecordedLog()
        let (_, log, told) = await telling(logger: recorded.logger)
        for word in [RevocationNews.added, .silent(reason: "gone"), .silent(reason: "gone"), .added] {
            told.yield(word)
        }
        told.finish()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await log.run() }
            while recorded.lines.count < 2, !Task.isCancelled { await Task.yield() }
            group.cancelAll()
        }
        #expect(recorded.lines.map { "\($0.level)" } == ["warning", "info"])
        #expect(recorded.lines.first?.metadata["error"] == "gone")
    }

    @Test func `a table that may be old for a second is read often enough`() async throws {
        let (fixture, log, told) = await telling(staleAfter: .seconds(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await log.run() }
            told.yield(.added)
            while fixture.storage.readCount < 3, !Task.isCancelled { await Task.yield() }
            for _ in 0..<100 {
                try await fixture.time.waitForSleepers()
                fixture.time.advance(by: .milliseconds(250))
                #expect(log.isFresh)
            }
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

    /// A log over a store that tells what a test says.
    private func telling(
        staleAfter: Duration = .seconds(30), logger: Logger = Logger(label: "test")
    ) async -> (Fixture, RevocationLog, AsyncStream<RevocationNews>.Continuation) {
        let fixture = await Fixture()
        let (news, told) = AsyncStream.makeStream(of: RevocationNews.self)
        let log = RevocationLog(
            storage: TellingStorage(base: fixture.storage, news: news), table: RevocationTable(), time: fixture.time,
            staleAfter: staleAfter, logger: logger)
        return (fixture, log, told)
    }
}

/// A store in memory that tells what a test says.
private struct TellingStorage: Storage {
    let base: InMemoryStorage
    let news: AsyncStream<RevocationNews>

    func revocationNews() -> any AsyncSequence<RevocationNews, Never> & Sendable { news }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result { try await base.read(body) }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result { try await base.write(body) }

    func checkReadiness() async throws(StorageError) {}
}
