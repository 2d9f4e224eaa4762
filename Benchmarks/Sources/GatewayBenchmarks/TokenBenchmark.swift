import Crypto
import GatewayKit
import GatewayProviders
import GatewayTestKit

/// The first sight of an access token: the whole strict check, and the bare signature check that no implementation can
/// go below; and issuing one.
struct TokenBenchmark {
    func run(clock: some Clock<Duration>) async throws -> [Measurement] {
        let provision = try Provision.forTests(random: SystemRandom())
        let issuer = try await Slot.tokens.product(of: ["use": "jwt"], among: .providers, with: provision)
        let account = try Self.account
        let session = SessionID("session")
        let token = try issuer.issue(to: account, in: session).token.reveal()
        let issuing = try await Measurement("issue an ES256 token", clock: clock, repetitions: 500) {
            _ = try issuer.issue(to: account, in: session)
        }
        let whole = try await Measurement("first sight of an ES256 token", clock: clock, repetitions: 500) {
            guard case .valid = issuer.verify(token.utf8) else { throw WrongAnswer() }
        }
        let signature = try BareSignature(token: token, keySet: issuer.publicKeySet())
        let bare = try await Measurement("  of which its bare signature", clock: clock, repetitions: 500) {
            guard signature.isValid else { throw WrongAnswer() }
        }
        return [whole, bare, issuing]
    }

    private static var account: Account {
        get throws {
            Account(
                id: AccountID("account"), username: try Username("johndoe"),
                email: try EmailAddress("john@example.com"), passwordHash: PasswordHash(""),
                groups: [try GroupName("staff")], createdAt: Timestamp(seconds: 1_800_000_000))
        }
    }
}

/// A token's signature with the key that made it, taken apart beforehand.
private struct BareSignature {
    private let key: P256.Signing.PublicKey
    private let signature: P256.Signing.ECDSASignature
    private let input: [UInt8]

    init(token: String, keySet: [UInt8]) throws {
        let parts = token.split(separator: ".")
        let member = try JSONValue(strictly: keySet, depth: 8)["keys"]?.array?.first
        guard let member, parts.count == 3, let signature = Base64URL.decode(parts[2].utf8),
            let x = member["x"]?.string.flatMap({ Base64URL.decode($0.utf8) }),
            let y = member["y"]?.string.flatMap({ Base64URL.decode($0.utf8) })
        else { throw WrongAnswer() }
        key = try P256.Signing.PublicKey(rawRepresentation: x + y)
        self.signature = try P256.Signing.ECDSASignature(rawRepresentation: signature)
        input = Array((parts[0] + "." + parts[1]).utf8)
    }

    var isValid: Bool { key.isValidSignature(signature, for: input) }
}

/// What is measured did not do what it should.
struct WrongAnswer: Error {}
