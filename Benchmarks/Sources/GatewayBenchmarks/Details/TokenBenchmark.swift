import Crypto
import GatewayKit
import GatewayProviders
import GatewayTestKit

/// The first sight of an access token: the whole strict check, and the bare signature check that no implementation can
/// go below; and issuing one.
struct TokenBenchmark {
    private let issuer: any TokenIssuer
    private let token: String
    private let signature: BareSignature

    init() async throws {
        issuer = try await Slot.tokens.product(
            of: ["use": "jwt"], among: .providers, with: try Provision.forTests(random: SystemRandom()))
        token = try issuer.issue(to: Self.account, in: SessionID("session")).token.reveal()
        signature = try BareSignature(token: token, keySet: issuer.publicKeySet())
    }

    /// The line of the table: both in turns.
    func row(clock: some Clock<Duration>) throws -> Row {
        var pairs: [Pair] = []
        for round in 0...15 {
            let whole = try clock.measure { for _ in 0..<300 { try checkWhole() } }
            let bare = try clock.measure { for _ in 0..<300 { try checkSignature() } }
            guard round > 0 else { continue }  // The first warms up.
            pairs.append(Pair(gateway: whole / .seconds(300), control: bare / .seconds(300)))
        }
        return Row("first sight of an ES256 token ÷ signature", pairs, unit: .seconds, goal: .atMost(1.3))
    }

    func run(clock: some Clock<Duration>) async throws -> [Measurement] {
        let account = try Self.account
        let issuing = try await Measurement("issue an ES256 token", clock: clock, repetitions: 500) {
            _ = try issuer.issue(to: account, in: SessionID("session"))
        }
        let whole = try await Measurement("first sight of an ES256 token", clock: clock, repetitions: 500) {
            try checkWhole()
        }
        let bare = try await Measurement("  of which its bare signature", clock: clock, repetitions: 500) {
            try checkSignature()
        }
        return [whole, bare, issuing]
    }

    private func checkWhole() throws { guard case .valid = issuer.verify(token.utf8) else { throw WrongAnswer() } }

    private func checkSignature() throws { guard signature.isValid else { throw WrongAnswer() } }

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
