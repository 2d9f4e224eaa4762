import GatewayJOSE
import GatewayKit
import GatewayTestKit

@testable import GatewayProviders

/// Signs whatever a test writes, with the very key that the issuer signs with.
struct Mint {
    /// When everything happens.
    static let now: Int64 = 1_800_000_000

    let key: SigningKey
    let id: String
    let issuer: JWTIssuer

    init(_ algorithm: SigningAlgorithm = .es256, audience: [String] = ["auth-gateway", "reports"]) throws {
        key = try SigningKey(making: algorithm, from: CountedRandom())
        id = key.verification.thumbprint ?? "symmetric"
        issuer = JWTIssuer(
            issuer: "https://auth.example.com", audience: audience,
            lifetimes: TokenLifetimes(
                access: .seconds(600), refresh: .seconds(7200), refreshIdle: .seconds(3600),
                refreshGrace: .seconds(10)),
            keys: CurrentKeys(SigningKeySet(signer: id, members: [.init(id: id, signing: key, goodUntil: nil)])),
            time: ManualTime(Timestamp(seconds: Self.now)), random: CountedRandom())
    }

    /// The header of a right token.
    var header: String { #"{"alg":"\#(key.verification.algorithm.rawValue)","kid":"\#(id)","typ":"at+jwt"}"# }

    /// The payload of a right token.
    static let payload = """
        {"iss":"https://auth.example.com","aud":"auth-gateway","sub":"account","sid":"session","ver":1,\
        "iat":1800000000,"exp":1800000600,"jti":"token","preferred_username":"johndoe","groups":[]}
        """

    /// A token of these texts, rightly signed.
    func token(_ header: String? = nil, _ payload: String = payload) throws -> String {
        let input = encode(header ?? self.header) + "." + encode(payload)
        return input + "." + Base64URL.encode(try key.sign(Array(input.utf8)))
    }

    /// Why the issuer refuses a token; nil when it is valid.
    func refusal(of token: some StringProtocol) -> String? {
        switch issuer.verify(token.utf8) {
        case .valid: nil
        case .invalid(let reason): reason
        }
    }

    private func encode(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }
}
