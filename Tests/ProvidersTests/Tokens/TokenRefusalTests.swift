import Crypto
import Foundation
import GatewayJOSE
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

/// One case for each thing that API.md "Access tokens" refuses; every token here is rightly signed unless it says so.
@Suite struct TokenRefusalTests {
    @Test func `the token that all others differ from is valid`() throws {
        let mint = try Mint()
        #expect(try mint.refusal(of: mint.token()) == nil)
    }

    @Test(arguments: [
        (#"{"alg":"none","kid":"KID","typ":"at+jwt"}"#, "'alg' is not the key's"),
        (#"{"alg":"None","kid":"KID","typ":"at+jwt"}"#, "'alg' is not the key's"),
        (#"{"alg":"es256","kid":"KID","typ":"at+jwt"}"#, "'alg' is not the key's"),
        (#"{"alg":"ES384","kid":"KID","typ":"at+jwt"}"#, "'alg' is not the key's"),
        (#"{"alg":"HS256","kid":"KID","typ":"at+jwt"}"#, "'alg' is not the key's"),
        (#"{"alg":["ES256"],"kid":"KID","typ":"at+jwt"}"#, "no 'alg'"),
        (#"{"alg":null,"kid":"KID","typ":"at+jwt"}"#, "no 'alg'"),
        (#"{"kid":"KID","typ":"at+jwt"}"#, "no 'alg'"),
        (#"{"alg":"ES256","typ":"at+jwt"}"#, "unknown key"),
        (#"{"alg":"ES256","kid":"","typ":"at+jwt"}"#, "unknown key"),
        (#"{"alg":"ES256","kid":"KID ","typ":"at+jwt"}"#, "unknown key"),
        (#"{"alg":"ES256","kid":"../../dev/null","typ":"at+jwt"}"#, "unknown key"),
        (#"{"alg":"ES256","kid":1,"typ":"at+jwt"}"#, "'kid' is not a text"),
        (#"{"alg":"ES256","kid":"KID"}"#, "wrong 'typ'"),
        (#"{"alg":"ES256","kid":"KID","typ":"JWT"}"#, "wrong 'typ'"),
        (#"{"alg":"ES256","kid":"KID","typ":"application/jwt"}"#, "wrong 'typ'"),
        (#"{"alg":"ES256","kid":"KID","typ":" at+jwt"}"#, "wrong 'typ'"),
        (#"{"alg":"ES256","kid":"KID","typ":true}"#, "'typ' is not a text"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","crit":["exp"]}"#, "header states 'crit'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","crit":[]}"#, "header states 'crit'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","crit":null}"#, "header states 'crit'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","b64":false}"#, "header states 'b64'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","jwk":{"kty":"EC"}}"#, "header states 'jwk'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","jku":"https://evil.example"}"#, "header states 'jku'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","x5u":"https://evil.example"}"#, "header states 'x5u'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","x5c":["AAAA"]}"#, "header states 'x5c'"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","alg":"ES256"}"#, "a name stands twice in an object"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","\u0061lg":"none"}"#, "a name stands twice in an object"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","a":{"b":1,"b":2}}"#, "a name stands twice in an object"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt"} "x""#, "something stands behind the value"),
        (#"{"alg":"ES256","kid":"KID","typ":"at+jwt","a":"\ud800"}"#, "a surrogate stands alone"),
        (
            #"{"alg":"ES256","kid":"KID","typ":"at+jwt","a":[[[[[[[[1]]]]]]]]}"#,
            "arrays and objects are nested too deeply"
        ),
        (#"["ES256"]"#, "not a JSON object"),
        ("", "the text ends where a value should stand"),
    ]) func `a header that this issuer never writes is refused`(header: String, reason: String) throws {
        let mint = try Mint()
        #expect(try mint.refusal(of: mint.token(header.replacing("KID", with: mint.id))) == reason)
    }

    @Test(arguments: [
        #"{"alg":"ES256","kid":"KID","typ":"AT+JWT"}"#, #"{"alg":"ES256","kid":"KID","typ":"application/at+jwt"}"#,
        #" { "typ" : "at+jwt" , "kid" : "KID" , "alg" : "ES256" , "x" : { "y" : [ 1 ] } } "#,
        #"{"alg":"\u0045S256","kid":"KID","typ":"at+jwt"}"#,
    ]) func `a header that says the same in other words is taken`(header: String) throws {
        let mint = try Mint()
        #expect(try mint.refusal(of: mint.token(header.replacing("KID", with: mint.id))) == nil)
    }

    @Test(arguments: [
        (#""iss":"https://auth.example.com""#, #""iss":"https://evil.example""#, "wrong 'iss'"),
        (#""iss":"https://auth.example.com""#, #""iss":"https://auth.example.com/""#, "wrong 'iss'"),
        (#""iss":"https://auth.example.com""#, #""iss":["https://auth.example.com"]"#, "'iss' is not a text"),
        (#""iss":"https://auth.example.com","#, "", "no 'iss'"),
        (#""aud":"auth-gateway""#, #""aud":"another""#, "wrong 'aud'"),
        (#""aud":"auth-gateway""#, #""aud":"auth-gateway ""#, "wrong 'aud'"),
        (#""aud":"auth-gateway""#, #""aud":[]"#, "wrong 'aud'"),
        (#""aud":"auth-gateway""#, #""aud":["another"]"#, "wrong 'aud'"),
        (#""aud":"auth-gateway""#, #""aud":["auth-gateway",1]"#, "'aud' is not a list of texts"),
        (#""aud":"auth-gateway""#, #""aud":{"auth-gateway":1}"#, "'aud' is not a list of texts"),
        (#""aud":"auth-gateway","#, "", "no 'aud'"),
        (#""exp":1800000600"#, #""exp":1800000000"#, "expired"),
        (#""exp":1800000600"#, #""exp":1799999999"#, "expired"),
        (#""exp":1800000600"#, #""exp":0"#, "expired"),
        (#""exp":1800000600"#, #""exp":-1"#, "'exp' is not a date"),
        (#""exp":1800000600"#, #""exp":"1800000600""#, "'exp' is not a date"),
        (#""exp":1800000600"#, #""exp":1e400"#, "'exp' is not a date"),
        (#""exp":1800000600"#, #""exp":99999999999999999999999999"#, "'exp' is not a date"),
        (#""exp":1800000600"#, #""exp":true"#, "'exp' is not a date"),
        (#""exp":1800000600"#, #""exp":null"#, "'exp' is not a date"),
        (#","exp":1800000600"#, "", "no 'exp'"),
        (#""iat":1800000000"#, #""iat":1800000061"#, "issued in the future"),
        (#""iat":1800000000"#, #""iat":"now""#, "'iat' is not a date"),
        (#""iat":1800000000,"#, "", "no 'iat'"),
        (#""ver":1"#, #""ver":1,"nbf":1800000061"#, "not yet in force"),
        (#""ver":1"#, #""ver":1,"nbf":"now""#, "'nbf' is not a date"),
        (#""ver":1"#, #""ver":1.5"#, "'ver' is not a whole number"),
        (#""ver":1"#, #""ver":"1""#, "'ver' is not a whole number"),
        (#""ver":1"#, #""ver":99999999999999999999"#, "'ver' is not a whole number"),
        (#""ver":1,"#, "", "no 'ver'"),
        (#""sub":"account""#, #""sub":"""#, "'sub' is not a text"),
        (#""sub":"account""#, #""sub":1"#, "'sub' is not a text"),
        (#""sub":"account","#, "", "no 'sub'"),
        (#""sid":"session","#, "", "no 'sid'"),
        (#""jti":"token","#, "", "no 'jti'"),
        (#""jti":"token""#, #""jti":{}"#, "'jti' is not a text"),
        (#""groups":[]"#, #""groups":"admins""#, "'groups' is not a list of texts"),
        (#""groups":[]"#, #""groups":[["admins"]]"#, "'groups' is not a list of texts"),
        (#""groups":[]"#, #""groups":["a,b"]"#, "'groups' holds what is no group's name"),
        (#""groups":[]"#, #""groups":["staff",""]"#, "'groups' holds what is no group's name"),
        (#""groups":[]"#, #""groups":["Admins"]"#, "'groups' holds what is no group's name"),
        (#""groups":[]"#, #""groups":["a b"]"#, "'groups' holds what is no group's name"),
        (#""preferred_username":"johndoe""#, #""preferred_username":"jo""#, "'preferred_username' is no user's name"),
        (
            #""preferred_username":"johndoe""#, #""preferred_username":"JohnDoe""#,
            "'preferred_username' is no user's name"
        ),
        (
            #""preferred_username":"johndoe""#, #""preferred_username":"john,doe""#,
            "'preferred_username' is no user's name"
        ),
        (
            #""preferred_username":"johndoe""#, #""preferred_username":"j@example.com""#,
            "'preferred_username' is no user's name"
        ),
        (
            #""preferred_username":"johndoe""#, #""preferred_username":"\u212aohndoe""#,
            "'preferred_username' is no user's name"
        ),
        (#""groups":[]"#, #""groups":[],"email":false"#, "'email' is not a text"),
        (#""groups":[]"#, #""groups":[],"sub":"root""#, "a name stands twice in an object"),
    ]) func `a claim that is missing, wrong or of another type is refused`(
        claim: String, other: String, reason: String
    ) throws {
        let mint = try Mint()
        let payload = Mint.payload.replacing(claim, with: other)
        #expect(payload != Mint.payload)
        #expect(try mint.refusal(of: mint.token(nil, payload)) == reason)
    }

    @Test(arguments: [
        (#""aud":"auth-gateway""#, #""aud":["another","reports"]"#), (#""iat":1800000000"#, #""iat":1800000060"#),
        (#""exp":1800000600"#, #""exp":1800000600.5"#), (#""ver":1"#, #""ver":1,"nbf":1800000060"#),
        (#""ver":1"#, #""ver":1,"scope":"anything","deep":{"a":[{"b":null}]}"#),
    ]) func `claims within their rules are taken`(claim: String, other: String) throws {
        let mint = try Mint()
        #expect(try mint.refusal(of: mint.token(nil, Mint.payload.replacing(claim, with: other))) == nil)
    }

    @Test func `a public key is no HMAC secret`() throws {
        let mint = try Mint()
        guard case .es256(let key) = mint.key.verification, let jwk = mint.key.verification.jwk(id: mint.id) else {
            return
        }
        let header = mint.header.replacing("ES256", with: "HS256")
        let input = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(Mint.payload.utf8))
        let secrets = [
            Array(key.rawRepresentation), Array(key.x963Representation), Array(key.derRepresentation),
            Array(key.pemRepresentation.utf8), jwk.encoded(), [],
        ]
        for secret in secrets {
            let code = HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: SymmetricKey(data: secret))
            #expect(mint.refusal(of: input + "." + Base64URL.encode(Array(code))) == "'alg' is not the key's")
        }
    }

    @Test func `nothing but the compact serialization in canonical base64url is taken`() throws {
        let mint = try Mint()
        let token = try mint.token()
        let parts = token.split(separator: ".")
        let json = #"{"protected":"\#(parts[0])","payload":"\#(parts[1])","signature":"\#(parts[2])"}"#
        for text in [json, "[\(json)]", "\(parts[0]).\(parts[1])", token + "." + parts[2], token + "..", "x." + token] {
            #expect(mint.refusal(of: text) == "not of three parts")
        }
        for text in [token + "=", token + "==", token + "\n", " " + token, "\(parts[0])=.\(parts[1]).\(parts[2])"] {
            #expect(mint.refusal(of: text) == "not canonical base64url")
        }
        for text in ["\(parts[0]).\(parts[1]).", "\(parts[0])..\(parts[2])"] {
            #expect(mint.refusal(of: text) == "wrong signature")
        }
        // 64 bytes leave four bits of the last character unused: its fifteen neighbours decode alike, and are refused.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let refusals = alphabet.compactMap { mint.refusal(of: token.dropLast() + String($0)) }
        #expect(refusals.count { $0 == "not canonical base64url" } == 60)
        #expect(refusals.count { $0 == "wrong signature" } == 3)
    }

    @Test func `a token of 8 KiB is looked at, and one byte more is not`() throws {
        let mint = try Mint(.hs256)
        // Three bytes of payload are four of token; the header is filled up to meet the length exactly.
        let filled = try (0..<3).flatMap { fill in
            try (5_700..<5_900).map { length in
                let header = mint.header.dropLast() + #","x":"\#(String(repeating: "x", count: fill))"}"#
                let payload = Mint.payload.dropLast() + #","x":"\#(String(repeating: "x", count: length))"}"#
                return try mint.token(String(header), String(payload))
            }
        }
        let longest = try #require(filled.first { $0.utf8.count == 8192 })
        #expect(mint.refusal(of: longest) == nil)
        let longer = try #require(filled.first { $0.utf8.count == 8193 })
        #expect(mint.refusal(of: longer) == "longer than 8 KiB")
    }

    @Test func `no key of another issuer, algorithm or id signs for this one`() throws {
        let mint = try Mint()
        for algorithm in [SigningAlgorithm.es256, .edDSA, .hs256] {
            let other = try Mint(algorithm)
            #expect(try mint.refusal(of: other.token()) == "unknown key")
            let header = mint.header
            let reason = try mint.refusal(of: other.token(header))
            #expect(reason == "wrong signature")
        }
    }

    @Test func `a kid is compared byte by byte`() throws {
        let key = try SigningKey(making: .edDSA, from: SystemRandom())
        let set = SigningKeySet(signer: "K", members: [.init(id: "K", signing: key, goodUntil: nil)])
        #expect(set.member("K", at: Timestamp(seconds: 0)) != nil)
        #expect(set.member("\u{212a}", at: Timestamp(seconds: 0)) == nil)
    }
}
