import Foundation
public import GatewayKit
public import Testing

/// What every token issuer promises; a test target runs each case as a test:
///
///     @Test(arguments: TokenIssuerConformance.allCases)
///     func `keeps an issuer's promises`(promise: TokenIssuerConformance) async throws {
///         try await promise.verify { provision in try await IssuerUnderTest(provision) }
///     }
public enum TokenIssuerConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case knowsItsOwn = "a token that was issued is valid, and says what was issued"
    case statesTheAccount = "a token states the account, the session and the version"
    case hidesUnverifiedAddresses = "an address is stated only when it is verified"
    case ends = "a token ends with its lifetime, and not a second earlier"
    case endsInTime = "no token lives longer than revocations are kept"
    case differs = "no two tokens are alike"
    case refusesChanges = "a token that was changed in any place is invalid"
    case refusesNonsense = "what is no token is invalid, and nothing worse"
    case keepsReasonsDry = "a refusal's reason repeats nothing of the token"
    case publishesKeys = "the key set is JSON, and holds nothing that signs"
    case sharesKeys = "an issuer on the same store knows the token"
    case isAlone = "an issuer on another store does not know the token"

    public var testDescription: String { rawValue }

    /// Checks the promise; `make` is given still clocks, and a store that two issuers of one check may share, empty at
    /// first.
    public func verify(
        on storage: any Storage = InMemoryStorage(), _ make: (Provision) async throws -> any TokenIssuer
    ) async throws {
        let time = ManualTime()
        let issuer = try await make(.forTests(time: time, storage: storage))
        let account = try Self.account(isEmailVerified: true)
        let issued = try issuer.issue(to: account, in: SessionID("session"))
        let token = issued.token.reveal()
        switch self {
        case .knowsItsOwn: #expect(issuer.verify(token.utf8) == .valid(issued.claims))
        case .statesTheAccount: Self.check(issued.claims, issuer, account, at: time.now())
        case .hidesUnverifiedAddresses:
            #expect(issued.claims.email == "john.doe@example.com")
            let other = try issuer.issue(to: Self.account(isEmailVerified: false), in: SessionID("session"))
            #expect(issuer.verify(other.token.reveal().utf8) == .valid(other.claims))
            #expect(other.claims.email == nil)
        case .ends:
            time.advance(by: issuer.lifetimes.access - .milliseconds(1))
            #expect(issuer.verify(token.utf8) == .valid(issued.claims))
            time.advance(by: .milliseconds(1))
            #expect(!issuer.verify(token.utf8).isValid)
        case .endsInTime: #expect(issuer.lifetimes.access <= TokenLifetimes.longestAccess)
        case .differs:
            let tokens = try (0..<100).map { _ in try issuer.issue(to: account, in: SessionID("session")) }
            #expect(Set(tokens.map { $0.token.reveal() }).count == 100)
            #expect(Set(tokens.map(\.claims.tokenID)).count == 100)
        case .refusesChanges: Self.checkChanges(of: Array(token.utf8), issuer)
        case .refusesNonsense:
            for nonsense in Self.nonsense(token) { #expect(!issuer.verify(nonsense.utf8).isValid, "\(nonsense)") }
            #expect(!issuer.verify([UInt8](repeating: 0xff, count: 100)).isValid)
        case .keepsReasonsDry:
            for text in ["canary", "canary.canary.canary", token + "canary"] {
                guard case .invalid(let reason) = issuer.verify(text.utf8) else { continue }
                #expect(!reason.contains("canary"))
            }
        case .publishesKeys: try Self.checkKeySet(issuer.publicKeySet())
        case .sharesKeys:
            let other = try await make(.forTests(time: time, storage: storage))
            #expect(other.verify(token.utf8) == .valid(issued.claims))
            #expect(other.publicKeySet() == issuer.publicKeySet())
        case .isAlone:
            let other = try await make(.forTests(time: time, random: CountedRandom(seed: 1)))
            #expect(!other.verify(token.utf8).isValid)
        }
    }

    private static func account(isEmailVerified: Bool) throws -> Account {
        Account(
            id: AccountID("account"), username: try Username("john.doe"),
            email: try EmailAddress("john.doe@example.com"),
            isEmailVerified: isEmailVerified, passwordHash: PasswordHash(""),
            groups: [try GroupName("admins"), try GroupName("staff")], version: 9_007_199_254_740_993,
            createdAt: Timestamp(seconds: 0))
    }

    private static func check(_ claims: AccessClaims, _ issuer: any TokenIssuer, _ account: Account, at now: Timestamp)
    {
        #expect(claims.accountID == account.id)
        #expect(claims.sessionID == SessionID("session"))
        #expect(claims.version == account.version)
        #expect(claims.username == "john.doe")
        #expect(claims.groups == ["admins", "staff"])
        #expect(claims.issuedAt == now)
        #expect(claims.expiresAt == now + issuer.lifetimes.access)
    }

    private static func checkChanges(of token: [UInt8], _ issuer: any TokenIssuer) {
        for place in token.indices {
            for bit: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128] {
                var changed = token
                changed[place] ^= bit
                #expect(!issuer.verify(changed).isValid, "bit \(bit) of byte \(place)")
            }
            #expect(!issuer.verify(token[..<place]).isValid, "cut at \(place)")
        }
    }

    private static func nonsense(_ token: String) -> [String] {
        [
            "", ".", "..", "...", "a.b.c", "e30.e30.", "e30.e30.e30", "null", "{}", " " + token, token + " ",
            token + ".",
            token + "=", token + "A", token + "\n", "." + token, "Bearer " + token, String(repeating: token, count: 2),
            String(repeating: "a", count: 100_000), String(repeating: ".", count: 100_000),
        ]
    }

    private static func checkKeySet(_ json: [UInt8]) throws {
        let set = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        let keys = try #require(set["keys"] as? [[String: Any]])
        for key in keys {
            #expect(key["kty"] is String && key["kid"] is String && key["alg"] is String)
            let secrets: Set = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
            #expect(secrets.isDisjoint(with: key.keys))
        }
    }
}

extension TokenVerdict {
    /// Whether the token is intact and in force.
    fileprivate var isValid: Bool {
        if case .valid = self { true } else { false }
    }
}
