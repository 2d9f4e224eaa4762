import GatewayJOSE
import GatewayKit

@testable import GatewayProviders

extension FuzzTarget {
    /// A token as it arrives: none is valid but those that were issued, byte by byte.
    static let token = FuzzTarget("token") { token in
        let verdict = FuzzKeys.shared.issuer.verify(token)
        if case .valid = verdict {
            claim("a token is valid only if it was issued", holds: Issued.tokens.contains(token))
        } else {
            claim("a token that was issued is valid: \(verdict)", holds: !Issued.tokens.contains(token))
        }
        guard let jws = try? CompactJWS(token) else { return }
        claim("a token has 8 KiB at most", holds: token.count <= 8192)
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        claim("a token has three parts", holds: parts.count == 3)
        claim("a signature is canonical", holds: Base64URL.encode(jws.signature).utf8.elementsEqual(parts[2]))
        let signed = token.dropLast(parts[2].count + 1)
        claim("the signature is over what came", holds: jws.signingInput.elementsEqual(signed))
    }
}

/// The tokens that are valid; `Corpus/token` has them, beside others that nearly are.
private enum Issued {
    static let tokens: Set<[UInt8]> = {
        // ECDSA signs with a random number, so this one was signed once and kept.
        var tokens: Set<[UInt8]> = [Array(es256.utf8)]
        for (id, algorithm) in [("ed", "EdDSA"), ("hs", "HS256")] {
            let header = #"{"alg":"\#(algorithm)","kid":"\#(id)","typ":"at+jwt"}"#
            if let token = FuzzKeys.shared.token(Array(header.utf8), Array(payload.utf8), key: id) {
                tokens.insert(token)
            }
        }
        return tokens
    }()

    private static let payload = """
        {"iss":"https://auth.example.com","aud":"auth-gateway","sub":"account","sid":"session","ver":1,\
        "iat":1800000000,"exp":1800000600,"jti":"token","preferred_username":"johndoe","groups":["staff"]}
        """

    private static let es256 = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImVzIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20i\
        LCJhdWQiOiJhdXRoLWdhdGV3YXkiLCJzdWIiOiJhY2NvdW50Iiwic2lkIjoic2Vzc2lvbiIsInZlciI6MSwiaWF0IjoxODAwMDAw\
        MDAwLCJleHAiOjE4MDAwMDA2MDAsImp0aSI6InRva2VuIiwicHJlZmVycmVkX3VzZXJuYW1lIjoiam9obmRvZSIsImdyb3VwcyI6\
        WyJzdGFmZiJdfQ.zEnD3Lxjj-UYEbmmQbnF73aByXDaVjxLG94Iudh9_xH0ipd1ubQCn8aW7HboD9mGmrX96OVCupRmCp0Es-cGq\
        w
        """
}
