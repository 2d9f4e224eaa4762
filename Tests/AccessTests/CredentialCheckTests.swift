import GatewayAccess
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct CredentialCheckTests {
    @Test func `a token is checked once, and known after that`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        for _ in 1...5 { #expect(fixture.isValid(bearer)) }
        #expect(fixture.issuer.checkCount == 1)
        #expect(fixture.storage.readCount == 1)
    }

    @Test func `operators see what each sight came to, and how many tokens are known`() async throws {
        let fixture = await Fixture()
        let (kept, ended) = (try fixture.bearer(session: "s1"), try fixture.bearer(session: "s2"))
        for values in [[], [kept], [kept], [ended], [kept], ["Bearer x"], ["Bearer a b"], [kept, kept]] {
            _ = fixture.check.check(authorization: values)
        }
        #expect(fixture.check.knownCount == 2)
        try await fixture.revoke(.session(SessionID("s2")))
        await fixture.log.catchUp()
        _ = fixture.check.check(authorization: [ended])
        fixture.time.advance(by: .seconds(30))
        _ = fixture.check.check(authorization: [kept])
        let counts = ["none", "known", "new", "bad", "revoked", "undecided"].map {
            fixture.metrics.value("auth_gateway_credential_checks_total", ["outcome": $0])
        }
        #expect(counts == [1, 2, 2, 3, 1, 1])
    }

    @Test func `a known token ends with its time`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        #expect(fixture.isValid(bearer))
        fixture.time.advance(by: .seconds(600))
        await fixture.log.catchUp()
        #expect(fixture.check.check(authorization: [bearer]) == .bad(reason: "expired"))
    }

    @Test func `a known token of an ended session is refused`() async throws {
        let fixture = await Fixture()
        let (ended, other) = (try fixture.bearer(session: "s1"), try fixture.bearer(session: "s2"))
        #expect(fixture.isValid(ended))
        try await fixture.revoke(.session(SessionID("s1")))
        await fixture.log.catchUp()
        #expect(fixture.check.check(authorization: [ended]) == .bad(reason: "revoked"))
        #expect(fixture.isValid(other))
    }

    @Test func `tokens below the account's least version are refused, and those of it are not`() async throws {
        let fixture = await Fixture()
        let (old, young) = (try fixture.bearer(version: 1), try fixture.bearer(version: 2))
        try await fixture.revoke(.account(AccountID("a1"), leastVersion: 2))
        await fixture.log.catchUp()
        #expect(!fixture.isValid(old))
        #expect(fixture.isValid(young))
    }

    @Test func `every token of a revoked key is refused, known or not, and those of another key are not`() async throws
    {
        let fixture = await Fixture()
        let (known, fresh) = (try fixture.bearer(session: "s1"), try fixture.bearer(session: "s2"))
        #expect(fixture.isValid(known))
        try await fixture.revoke(.signingKey("another"))
        await fixture.log.catchUp()
        #expect(fixture.isValid(known))
        try await fixture.revoke(.signingKey(FakeTokenIssuer.keyID))
        await fixture.log.catchUp()
        #expect(fixture.check.check(authorization: [known]) == .bad(reason: "revoked"))
        #expect(fixture.check.check(authorization: [fresh]) == .bad(reason: "revoked"))
        #expect(fixture.log.table.count == 2)
        fixture.log.table.dropExpired(before: fixture.time.now() + .seconds(661))
        #expect(fixture.log.table.count == 0)
    }

    @Test func `a revocation outlives a flood of known tokens`() async throws {
        let fixture = await Fixture(capacity: 10)
        let revoked = try fixture.bearer(session: "s1")
        #expect(fixture.isValid(revoked))
        try await fixture.revoke(.session(SessionID("s1")))
        await fixture.log.catchUp()
        for index in 0..<1000 { #expect(fixture.isValid(try fixture.bearer(session: "flood \(index)"))) }
        #expect(!fixture.isValid(revoked))
    }

    @Test func `what is used again and again stays known in a flood`() async throws {
        let fixture = await Fixture(capacity: 10)
        let bearer = try fixture.bearer()
        #expect(fixture.isValid(bearer))
        for index in 0..<100 {
            #expect(fixture.isValid(try fixture.bearer(session: "flood \(index)")))
            #expect(fixture.isValid(bearer))
        }
        #expect(fixture.issuer.checkCount == 101)
    }

    @Test func `a junk token is bad and not remembered`() async throws {
        let fixture = await Fixture()
        for _ in 1...2 {
            #expect(fixture.check.check(authorization: ["Bearer junk"]) == .bad(reason: "not issued here"))
        }
        #expect(fixture.issuer.checkCount == 2)
    }

    @Test func `nobody can decide once the log was not read for half a minute`() async throws {
        let fixture = await Fixture()
        let (known, fresh) = (try fixture.bearer(session: "s1"), try fixture.bearer(session: "s2"))
        #expect(fixture.isValid(known))
        fixture.storage.setFault(.unavailable)
        fixture.time.advance(by: .milliseconds(29_999))
        await fixture.log.catchUp()
        #expect(fixture.isValid(known))
        #expect(fixture.isValid(fresh))
        fixture.time.advance(by: .milliseconds(1))
        #expect(fixture.check.check(authorization: [known]) == .cannotDecide)
        #expect(fixture.check.check(authorization: ["Bearer junk"]) == .cannotDecide)
        #expect(fixture.check.check(authorization: []) == .none)
        fixture.storage.setFault(nil)
        await fixture.log.catchUp()
        #expect(fixture.isValid(known))
    }

    @Test func `a civil clock set back does not make a stale log fresh`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        fixture.time.advance(by: .seconds(30))
        fixture.time.setCivilTime(fixture.time.now() - .seconds(3600))
        #expect(fixture.check.check(authorization: [bearer]) == .cannotDecide)
    }

    @Test func `other schemes are somebody else's business`() async throws {
        let fixture = await Fixture()
        for value in ["Basic am9objpkb2U=", "Negotiate abc", "", "Bearerx abc"] {
            #expect(fixture.check.check(authorization: [value]) == .none, "\(value)")
        }
    }

    @Test func `the scheme's case does not matter, and neither do spaces before the token`() async throws {
        let fixture = await Fixture()
        let token = try fixture.bearer().dropFirst("Bearer ".count)
        for scheme in ["bearer ", "BEARER ", "bEaReR   "] { #expect(fixture.isValid(scheme + token)) }
    }

    @Test func `what cannot be a token is bad without a check`() async throws {
        let fixture = await Fixture()
        let bearer = try fixture.bearer()
        for values in [
            ["Bearer"], ["Bearer "], ["Bearer a b"], ["Bearer ä"], ["Bearer =a"], ["Bearer a,b"], ["Bearer\tabc"],
            ["Bearer " + String(repeating: "a", count: 8193)], [bearer, bearer], [bearer, "Basic abc"],
        ] {
            guard case .bad = fixture.check.check(authorization: values) else {
                Issue.record("\(values) is not bad")
                continue
            }
        }
        #expect(fixture.issuer.checkCount == 0)
    }
}
