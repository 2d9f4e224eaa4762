import GatewayAccess
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct CookieTests {
    private let name = "__Host-gateway_session"

    @Test func `a session's cookie passes as its owner, and is known after its first sight`() async throws {
        let fixture = await Fixture()
        let cookie = "\(name)=\(try await fixture.cookie())"
        #expect(fixture.check.checkInMemory(authorization: [], cookies: [cookie]) == nil)
        guard case .valid(let principal) = await fixture.check.check(authorization: [], cookies: [cookie]) else {
            Issue.record("it does not pass")
            return
        }
        #expect(principal.caller == nil && principal.pathScope == nil && principal.username == "johndoe")
        #expect(principal.credential == .cookie(SessionID("s1")))
        for cookies in [[cookie], ["a=b; \(cookie)"], ["a=b", "\(cookie); c"], ["\t \(cookie) ;;=;a=\(cookie)"]] {
            #expect(fixture.check.checkInMemory(authorization: [], cookies: cookies) == .valid(principal), "\(cookies)")
        }
        #expect(fixture.check.checkInMemory(authorization: ["Basic YTpi"], cookies: [cookie]) == .valid(principal))
    }

    @Test func `a bearer token beats the cookie, good or bad`() async throws {
        let fixture = await Fixture()
        let cookie = "\(name)=\(try await fixture.cookie())"
        let token = try fixture.bearer()
        for values in [["Bearer junk"], ["Bearer"], [token, token], ["Basic a", "Basic b"], [fixture.junk(1)]] {
            guard case .bad = await fixture.check.check(authorization: values, cookies: [cookie]) else {
                Issue.record("\(values) is not bad")
                continue
            }
        }
        guard case .valid(let principal) = await fixture.check.check(authorization: [token], cookies: [cookie]) else {
            Issue.record("the token does not pass")
            return
        }
        #expect(principal.caller != nil)
        #expect(fixture.check.check(authorization: []) == .none, "where an access token is asked for, there is none")
    }

    @Test func `a doubled cookie is none, and so is one of another name`() async throws {
        let fixture = await Fixture()
        let value = try await fixture.cookie()
        let cookie = "\(name)=\(value)"
        for cookies in [
            ["\(cookie); \(cookie)"], [cookie, cookie], ["\(name)=x; \(cookie)"], ["\(name)=; \(cookie)"], [name], [""],
            ["gateway_session=\(value)"], ["__host-gateway_session=\(value)"], ["\(name) =\(value)"],
            ["x\(name)=\(value)"], ["__Secure-gateway_session=\(value)"],
        ] {
            #expect(
                fixture.check.checkInMemory(authorization: [], cookies: cookies) == CredentialVerdict.none, "\(cookies)"
            )
        }
    }

    @Test func `a value that was never set is bad, and one that cannot be is so without a read`() async throws {
        let fixture = await Fixture()
        let (value, reads) = (try await fixture.cookie(), fixture.storage.readCount)
        for other in ["", "x", "\"\(value)\"", value + "A", String(value.dropLast()), "agk_" + value, value + "=x"] {
            guard case .bad = fixture.check.checkInMemory(authorization: [], cookies: ["\(name)=\(other)"]) else {
                Issue.record("\(other) is not bad")
                continue
            }
        }
        #expect(fixture.storage.readCount == reads)
        let other = String(fixture.junk(1).suffix(43))
        #expect(
            await fixture.check.check(authorization: [], cookies: ["\(name)=\(other)"])
                == .bad(reason: "the cookie of an unknown session"))
    }

    @Test func `a cookie ends with its session, at once, and with its session's idleness`() async throws {
        let fixture = await Fixture()
        let (ended, idle) = (
            "\(name)=\(try await fixture.cookie())", "\(name)=\(try await fixture.cookie("s2"))"
        )
        for cookie in [ended, idle] {
            guard case .valid = await fixture.check.check(authorization: [], cookies: [cookie]) else {
                Issue.record("it does not pass")
                return
            }
        }
        try await fixture.revoke(.session(SessionID("s1")))
        await fixture.log.catchUp()
        #expect(fixture.check.checkInMemory(authorization: [], cookies: [ended]) == .bad(reason: "revoked"))
        #expect(fixture.check.checkInMemory(authorization: [], cookies: [idle]) != .bad(reason: "revoked"))
        fixture.time.advance(by: .seconds(7 * 86_400))
        await fixture.log.catchUp()
        #expect(
            await fixture.check.check(authorization: [], cookies: [idle])
                == .bad(reason: "the cookie of an expired session"))
    }

    @Test func `when the account's groups change, a known cookie passes on with the new ones`() async throws {
        let fixture = await Fixture()
        let cookie = "\(name)=\(try await fixture.cookie())"
        _ = await fixture.check.check(authorization: [], cookies: [cookie])
        try await fixture.change { $0.groups = [GroupName(stored: "admins")] }
        await fixture.log.catchUp()
        guard case .valid(let principal) = await fixture.check.check(authorization: [], cookies: [cookie]) else {
            Issue.record("it does not pass")
            return
        }
        #expect(principal.groups == ["admins"])
        try await fixture.change { $0.isDisabled = true }
        await fixture.log.catchUp()
        #expect(
            await fixture.check.check(authorization: [], cookies: [cookie])
                == .bad(reason: "the cookie of a disabled account"))
    }
}
