import Crypto
import Foundation
import GatewayKit
import GatewayTestKit

@testable import GatewayProviders

/// An issuer whose keys are the same in every run, so that tokens can be kept among the seeds.
struct FuzzKeys: Sendable {
    static let shared = FuzzKeys()

    /// When everything happens.
    static let now = Timestamp(seconds: 1_800_000_000)

    let issuer: JWTIssuer
    private let keys: [String: SigningKey]

    private init() {
        let secret = Array(UInt8(1)...32)
        var keys: [String: SigningKey] = [:]
        for (id, algorithm) in [("es", SigningAlgorithm.es256), ("ed", .edDSA), ("hs", .hs256)] {
            keys[id] = try? SigningKey(algorithm, material: Secret(secret))
        }
        self.keys = keys
        let members = keys.map { SigningKeySet.Member(id: $0.key, signing: $0.value, goodUntil: nil) }
        issuer = JWTIssuer(
            issuer: "https://auth.example.com", audience: ["auth-gateway", "reports"],
            lifetimes: TokenLifetimes(
                access: .seconds(600), refresh: .seconds(7200), refreshIdle: .seconds(3600),
                refreshGrace: .seconds(10)),
            keys: CurrentKeys(SigningKeySet(signer: "es", members: members)),
            time: ManualTime(Self.now), random: CountedRandom())
    }

    /// A token of these texts, rightly signed; nil when there is no such key.
    func token(_ header: [UInt8], _ payload: [UInt8], key: String) -> [UInt8]? {
        let input = Array((Base64URL.encode(header) + "." + Base64URL.encode(payload)).utf8)
        guard let signature = try? keys[key]?.sign(input) else { return nil }
        return input + Array(".".utf8) + Array(Base64URL.encode(signature).utf8)
    }
}
