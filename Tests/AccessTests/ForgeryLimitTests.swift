import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccess

/// Tokens with a wrong signature, each of which costs a check.
@Suite struct ForgeryLimitTests {
    private static let one = IPAddress("192.0.2.1")
    private static let other = IPAddress("192.0.2.2")

    @Test func `who shows too many is held back for the rest of the minute, and nobody else is`() async throws {
        let fixture = await Fixture()
        fixture.time.advance(by: .seconds(20))
        let known = try fixture.bearer()
        #expect(Self.isValid(await fixture.judge(known, from: Self.one)))
        for number in 0..<60 {
            let verdict = await fixture.judge("Bearer fake.token.x\(number)", from: Self.one)
            #expect(verdict == .bad(reason: TokenVerdict.wrongSignature))
        }
        let checks = fixture.issuer.checkCount
        let left = Duration.seconds(60 - fixture.time.elapsed().components.seconds % 60)
        for number in 0..<5 {
            #expect(await fixture.judge("Bearer fake.token.y\(number)", from: Self.one) == .heldBack(for: left))
        }
        #expect(await fixture.judge(try fixture.bearer(session: "s2"), from: Self.one) == .heldBack(for: left))
        #expect(fixture.issuer.checkCount == checks)
        #expect(Self.isValid(await fixture.judge(known, from: Self.one)), "what is known goes on")
        #expect(Self.isValid(await fixture.judge(try fixture.bearer(session: "s3"), from: Self.other)))
        fixture.time.advance(by: left)
        await fixture.log.catchUp()
        #expect(Self.isValid(await fixture.judge(try fixture.bearer(session: "s4"), from: Self.one)))
        #expect(fixture.metrics.value("auth_gateway_credential_checks_total", ["outcome": "held_back"]) == 6)
    }

    @Test func `what is no token by its shape, expired or revoked holds nobody back`() async throws {
        let fixture = await Fixture()
        let old = try fixture.bearer()
        fixture.time.advance(by: .seconds(600))
        await fixture.log.catchUp()
        for number in 0..<100 {
            guard case .bad = await fixture.judge("Bearer junk\(number)", from: Self.one),
                case .bad = await fixture.judge(old, from: Self.one)
            else { throw CancellationError() }
        }
        #expect(Self.isValid(await fixture.judge(try fixture.bearer(), from: Self.one)))
    }

    @Test func `addresses of one customer's network count as one, and those of all others apart`() {
        let time = ManualTime()
        let limit = ForgeryLimit(time: time, places: 1 << 20)
        for number in 0..<60 { limit.note(IPAddress("2001:db8::\(number)")) }
        #expect(limit.wait(for: IPAddress("2001:db8::ffff")) != nil)
        #expect(limit.wait(for: IPAddress("2001:db8:0:1::1")) == nil)
        #expect(limit.wait(for: nil) == nil)
        for _ in 0..<60 { limit.note(nil) }
        #expect(limit.wait(for: nil) != nil)
    }

    @Test func `a flood of other addresses resets nobody's count`() {
        let limit = ForgeryLimit(time: ManualTime(), places: 64)
        for _ in 0..<60 { limit.note(Self.one) }
        for number in 0..<10_000 { limit.note(IPAddress("10.0.\(number >> 8).\(number & 255)")) }
        #expect(limit.wait(for: Self.one) != nil)
    }

    private static func isValid(_ verdict: CredentialVerdict) -> Bool {
        if case .valid = verdict { true } else { false }
    }
}

extension Fixture {
    fileprivate func judge(_ value: String, from client: IPAddress?) async -> CredentialVerdict {
        await check.check(authorization: [value], cookies: [], from: client)
    }
}
