import GatewayAccess
import GatewayJOSE
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct ForeignIssuersTests {
    private let stranger = Stranger()

    @Test func `a token is judged by whom it says it is of, and known after that`() async throws {
        let fixture = await Fixture(foreign: [try stranger.issuer()])
        let bearer = "Bearer " + (try stranger.token())
        guard case .valid(let principal) = fixture.check.check(authorization: [bearer]) else {
            Issue.record("it is not valid")
            return
        }
        #expect(principal.username == "idp:Jane")
        #expect(fixture.isValid(bearer))
        let outcomes = ["new", "known"].map {
            fixture.metrics.value("auth_gateway_credential_checks_total", ["outcome": $0])
        }
        #expect(outcomes == [1, 1])
        #expect(fixture.issuer.checkCount == 0)
        #expect(fixture.isValid(try fixture.bearer()))
        #expect(fixture.issuer.checkCount == 1)
    }

    @Test func `a token of nobody here is the own issuer's to refuse`() async throws {
        let fixture = await Fixture(foreign: [try stranger.issuer()])
        for changes: [String: JSONValue?] in [["iss": "https://other.example"], ["iss": nil], ["iss": 1]] {
            let bearer = "Bearer " + (try stranger.token(payload: changes))
            #expect(fixture.check.check(authorization: [bearer]) == .bad(reason: "not issued here"))
        }
    }

    @Test func `of two issuers each has its own keys`() async throws {
        let other = Stranger()
        let issuers = try ForeignIssuers(
            [stranger.issuer(), other.issuer(Stranger.terms(name: "https://other.example"))], time: ManualTime())
        let (name, changes) = ("https://other.example", ["iss": "https://other.example" as JSONValue?])
        #expect(try issuers.verdict(on: stranger.token().utf8)?.isValid == true)
        #expect(try issuers.verdict(on: other.token(payload: changes).utf8)?.isValid == true)
        #expect(try issuers.verdict(on: other.token().utf8) == .bad(reason: "wrong signature"))
        #expect(try issuers.verdict(on: stranger.token(payload: changes).utf8) == .bad(reason: "wrong signature"))
        #expect(issuers.keyAges.map(\.issuer) == [Stranger.name, name])
    }

    @Test func `a known token ends with its time`() async throws {
        let fixture = await Fixture(foreign: [try stranger.issuer()])
        let bearer = "Bearer " + (try stranger.token())
        #expect(fixture.isValid(bearer))
        fixture.time.advance(by: .seconds(600))
        await fixture.log.catchUp()
        #expect(!fixture.isValid(bearer))
    }

    @Test func `without news of revocations nobody can decide here either`() async throws {
        let fixture = await Fixture(foreign: [try stranger.issuer()])
        let bearer = "Bearer " + (try stranger.token())
        fixture.time.advance(by: .seconds(30))
        #expect(fixture.check.check(authorization: [bearer]) == .cannotDecide)
    }

    @Test func `a token of an issuer whose keys were never read is answered by nobody`() async throws {
        let issuer = ForeignIssuer(Stranger.terms(), keys: IssuerKeys(now: .zero))
        let fixture = await Fixture(foreign: [issuer])
        let bearer = "Bearer " + (try stranger.token())
        #expect(fixture.check.check(authorization: [bearer]) == .cannotDecide)
        #expect(fixture.metrics.value("auth_gateway_credential_checks_total", ["outcome": "undecided"]) == 1)
    }
}

extension CredentialVerdict {
    fileprivate var isValid: Bool { if case .valid = self { true } else { false } }
}
