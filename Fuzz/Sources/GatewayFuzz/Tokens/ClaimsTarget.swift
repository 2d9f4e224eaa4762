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
        claim("nothing is asked of the reader that it cannot do", holds: header["crit"] == nil)
        claim("no key comes with the token", holds: header["jwk"] == nil && header["jku"] == nil)
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
