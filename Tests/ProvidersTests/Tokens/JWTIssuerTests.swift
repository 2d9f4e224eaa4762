import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct JWTIssuerTests {
    @Test(arguments: TokenIssuerConformance.allCases, ["ES256", "EdDSA", "HS256"])
    func `each algorithm keeps an issuer's promises`(promise: TokenIssuerConformance, algorithm: String) async throws {
        try await promise.verify { provision in
            try await Slot.tokens.product(
                of: ["use": "jwt", "algorithm": .scalar(algorithm)], among: .providers, with: provision)
        }
    }

    @Test(arguments: TokenIssuerConformance.allCases)
    func `RS256 keeps an issuer's promises`(promise: TokenIssuerConformance) async throws {
        var stores: [any Storage] = []
        try await promise.verify { provision in
            let storage = try provision.storage()
            if !stores.contains(where: { $0 as AnyObject === storage as AnyObject }) {
                try await RSAKeys.put(number: stores.count, into: storage, provision.keyring, provision.time.now())
                stores.append(storage)
            }
            return try await Slot.tokens.product(
                of: ["use": "jwt", "algorithm": "RS256"], among: .providers, with: provision)
        }
    }

    @Test(arguments: [SigningAlgorithm.es256, .edDSA, .hs256])
    func `a token is what API.md says, to the byte`(algorithm: SigningAlgorithm) throws {
        let mint = try Mint(algorithm, audience: ["auth-gateway"])
        let account = Account(
            id: AccountID("account"), username: try Username("john.doe"),
            email: EmailAddress(stored: "o'\"ü@example.com"),
            isEmailVerified: true, passwordHash: PasswordHash(""), groups: [GroupName(stored: "admins")], version: 3,
            createdAt: Timestamp(seconds: 0))
        let issued = try mint.issuer.issue(to: account, in: SessionID("session"))
        let parts = issued.token.reveal().split(separator: ".").map { text(String($0)) }
        #expect(parts[0] == #"{"alg":"\#(algorithm.rawValue)","kid":"\#(mint.id)","typ":"at+jwt"}"#)
        #expect(
            parts[1] == """
                {"iss":"https://auth.example.com","aud":"auth-gateway","sub":"account","sid":"session","ver":3,\
                "iat":1800000000,"exp":1800000600,"jti":"\(issued.claims.tokenID)","preferred_username":"john.doe",\
                "email":"o'\\"ü@example.com","groups":["admins"]}
                """)
        #expect(mint.issuer.verify(issued.token.reveal().utf8) == .valid(issued.claims))
    }

    @Test func `several audiences are stated as a list`() throws {
        let mint = try Mint(.hs256, audience: ["one", "two"])
        let issued = try mint.issuer.issue(to: Self.account(), in: SessionID("session"))
        #expect(text(String(issued.token.reveal().split(separator: ".")[1])).contains(#""aud":["one","two"],"#))
    }

    @Test func `a token of before a new audience was added stays valid`() throws {
        let mint = try Mint(.hs256, audience: ["auth-gateway", "added"])
        #expect(try mint.refusal(of: mint.token()) == nil)
    }

    @Test(
        arguments: [
            ([:], []),
            (["refresh_idle": "31d"], ["refresh_idle must not be longer than refresh_lifetime"]),
            (["refresh_idle": "31d", "refresh_lifetime": "31d"], []),
            (["audience": []], ["must name at least one audience"]),
            (["algorithm": "none"], ["expected one of ES256, EdDSA, RS256, HS256, found 'none'"]),
            (
                ["algorithm": "ES265"],
                ["expected one of ES256, EdDSA, RS256, HS256, found 'ES265', did you mean 'ES256'?"]
            ),
            (
                ["access_lifetime": "2h"],
                ["expected a duration from 1m to 1h, such as 90s, 10m, 12h or 30d, found '2h'"]
            ),
            (["rotate_keys_every": "1h"], []),
            (
                ["rotate_keys_every": "59m"],
                ["expected a duration from 1h to 400d, such as 90s, 10m, 12h or 30d, found '59m'"]
            ),
        ] as [(ConfigLiteral, [String])])
    func `settings that cannot be meant are problems`(section: ConfigLiteral, messages: [String]) {
        var reading = ConfigReading()
        _ = JWTSettings.settings.read(section.node(), in: &reading)
        #expect(reading.problems.map(\.message) == messages)
    }

    private func text(_ part: String) -> String {
        String(decoding: Base64URL.decode(part.utf8) ?? [], as: UTF8.self)
    }

    private static func account() throws -> Account {
        Account(
            id: AccountID("account"), username: try Username("johndoe"), email: try EmailAddress("j@example.com"),
            passwordHash: PasswordHash(""), createdAt: Timestamp(seconds: 0))
    }
}
