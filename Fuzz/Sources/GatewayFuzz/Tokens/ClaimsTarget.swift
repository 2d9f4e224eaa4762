import GatewayKit

@testable import GatewayProviders

extension FuzzTarget {
    /// A header and, behind a newline, a payload, rightly signed whatever they are: what could come of a stolen key, of
    /// another program with the same key, or of a mistake of our own.
    static let claims = FuzzTarget("claims") { input in
        let texts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let token = FuzzKeys.shared.token(Array(texts[0]), Array(texts.dropFirst().joined()), key: "hs"),
            case .valid(let claims) = FuzzKeys.shared.issuer.verify(token)
        else { return }
        guard let header = try? JSONValue(strictly: texts[0]) else {
            fatalError("does not hold: a valid token has a header in JSON")
        }
        claim("the algorithm is the key's", holds: header["alg"]?.string == "HS256")
        claim(
            "it says that it is an access token",
            holds: header["typ"]?.string?.lowercased().hasSuffix("at+jwt") ?? false)
        let asked = ["crit", "b64"].filter { header[$0] != nil }
        claim("nothing is asked of the reader that it cannot do: \(asked)", holds: asked.isEmpty)
        let keys = ["jwk", "jku", "x5c", "x5u"].filter { header[$0] != nil }
        claim("no key comes with the token: \(keys)", holds: keys.isEmpty)
        guard let payload = try? JSONValue(strictly: Array(texts.dropFirst().joined())) else {
            fatalError("does not hold: a valid token has a payload in JSON")
        }
        claim("it is of this issuer", holds: payload["iss"]?.string == "https://auth.example.com")
        let audience = payload["aud"]?.array?.map(\.string) ?? [payload["aud"]?.string]
        claim("it is for us", holds: audience.contains("auth-gateway") || audience.contains("reports"))
        if case .number(let moment)? = payload["nbf"] {
            let now = FuzzKeys.now + JWTIssuer.leeway
            claim("a valid token is in force", holds: Double(moment).map { $0 < Double(now.seconds + 1) } ?? false)
        }
        claim("a valid token has not expired", holds: claims.expiresAt > FuzzKeys.now)
        claim("a valid token is not of the future", holds: claims.issuedAt <= FuzzKeys.now + JWTIssuer.leeway)
        claim("it names a user as accounts do", holds: (try? Username(claims.username))?.text == claims.username)
        claim("its groups are no lists", holds: claims.groups.allSatisfy { !$0.utf8.contains(UInt8(ascii: ",")) })
        claim("it has an account", holds: !claims.accountID.text.isEmpty)
        claim("it has a session", holds: !claims.sessionID.text.isEmpty)
        let again = claims.payload(issuer: "https://auth.example.com", audience: ["auth-gateway"])
        let second = FuzzKeys.shared.token(Array(texts[0]), again, key: "hs").map(FuzzKeys.shared.issuer.verify)
        claim("claims are read as they are written", holds: second == .valid(claims))
    }
}
