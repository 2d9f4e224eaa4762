import Crypto
import Foundation
import GatewayAccess
import GatewayJOSE
import GatewayKit
import Testing

/// One case for each thing that API.md "Access tokens" refuses of other issuers too; every token here is rightly signed
/// unless it says so.
@Suite struct ForeignIssuerTests {
    private let stranger = Stranger()

    @Test func `a token makes somebody with a prefix, the groups that count, and no address`() throws {
        let groups: JSONValue = ["Staff", "Other", "staff", "Boss", "Staff"]
        let token = try stranger.token(payload: ["groups": groups, "email": "j@example.com", "email_verified": true])
        guard case .valid(let principal) = try verdict(on: token) else {
            Issue.record("it is not valid")
            return
        }
        #expect(principal.caller == nil)
        #expect(principal.username == "idp:Jane")
        #expect(principal.groups == ["staff"])
        #expect(principal.expiresAt == Timestamp(seconds: Stranger.now + 600))
        #expect(principal.identity.fields.map(\.value) == ["idp:Jane", "idp:u-1", "", "idp:Jane", "staff"])
    }

    @Test func `a name that no header can hold is encoded like any other`() throws {
        let token = try stranger.token(payload: ["preferred_username": "Jür\r\ngen", "sub": "a,b"])
        guard case .valid(let principal) = try verdict(on: token) else {
            Issue.record("it is not valid")
            return
        }
        #expect(principal.identity.fields[0].value == "idp:J%C3%BCr%0D%0Agen")
    }

    @Test(arguments: [
        #"{"alg":"ES256","kid":"k1"}"#, #"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#,
        #"{"alg":"ES256","kid":"k1","typ":"jwt"}"#, #"{"alg":"ES256","kid":"k1","typ":"application/at+JWT"}"#,
    ]) func `its type may be absent, JWT or at+jwt`(header: String) throws {
        #expect(try stranger.issuer().refusal(of: stranger.token(header)) == nil)
    }

    @Test(arguments: [
        (#"{"alg":"none","kid":"k1"}"#, "'alg' is not the key's"),
        (#"{"alg":"HS256","kid":"k1"}"#, "'alg' is not the key's"),
        (#"{"alg":"ES384","kid":"k1"}"#, "'alg' is not the key's"),
        (#"{"kid":"k1"}"#, "no 'alg'"),
        (#"{"alg":"ES256"}"#, "unknown key"),
        (#"{"alg":"ES256","kid":"k2"}"#, "unknown key"),
        (#"{"alg":"ES256","kid":"K1"}"#, "unknown key"),
        (#"{"alg":"ES256","kid":"k1","typ":"id+jwt"}"#, "wrong 'typ'"),
        (#"{"alg":"ES256","kid":"k1","typ":""}"#, "wrong 'typ'"),
        (#"{"alg":"ES256","kid":"k1","crit":["exp"]}"#, "header states 'crit'"),
        (#"{"alg":"ES256","kid":"k1","b64":false}"#, "header states 'b64'"),
        (#"{"alg":"ES256","kid":"k1","jku":"https://evil.example"}"#, "header states 'jku'"),
        (#"{"alg":"ES256","kid":"k1","x5u":"https://evil.example"}"#, "header states 'x5u'"),
        (#"{"alg":"ES256","kid":"k1","x5c":["AAAA"]}"#, "header states 'x5c'"),
        (#"{"alg":"ES256","kid":"k1","jwk":{"kty":"EC"}}"#, "header states 'jwk'"),
        (#"{"alg":"ES256","kid":"k1","alg":"ES256"}"#, "a name stands twice in an object"),
    ]) func `a header that is not strictly right is refused`(header: String, reason: String) throws {
        #expect(try stranger.issuer().refusal(of: stranger.token(header)) == reason)
    }

    @Test(
        arguments: [
            (["iss": "https://idp.example.com/"], "wrong 'iss'"), (["iss": nil], "no 'iss'"),
            (["aud": "other"], "wrong 'aud'"), (["aud": ["other", "Gateway"]], "wrong 'aud'"),
            (["aud": nil], "no 'aud'"),
            (["aud": []], "wrong 'aud'"), (["exp": nil], "no 'exp'"), (["exp": "1800000600"], "'exp' is not a date"),
            (["exp": 1_800_000_000], "expired"), (["exp": 1], "expired"),
            (["iat": 1_800_000_061], "issued in the future"), (["iat": "x"], "'iat' is not a date"),
            (["nbf": 1_800_000_061], "not yet in force"), (["nbf": .null], "'nbf' is not a date"),
            (["sub": nil], "no 'sub'"), (["sub": ""], "'sub' is not a text"), (["sub": 1], "'sub' is not a text"),
            (["sub": .string(String(repeating: "x", count: 257))], "'sub' is longer than 256 bytes"),
            (["preferred_username": nil], "no 'preferred_username'"),
            (["preferred_username": ["a"]], "'preferred_username' is not a text"),
            (["groups": 1], "'groups' is not a list of texts"),
            (["groups": ["a", 1]], "'groups' is not a list of texts"),
        ] as [([String: JSONValue?], String)])
    func `claims that are not right are refused`(changes: [String: JSONValue?], reason: String) throws {
        #expect(try stranger.issuer().refusal(of: stranger.token(payload: changes)) == reason)
    }

    @Test(
        arguments: [
            ["aud": ["other", "reports"]], ["iat": nil], ["iat": 1_800_000_060], ["nbf": 1_800_000_060],
            ["exp": .number("1800000001.5")], ["groups": nil], ["groups": "Staff"], ["groups": []],
        ] as [[String: JSONValue?]])
    func `claims that say enough are taken`(changes: [String: JSONValue?]) throws {
        #expect(try stranger.issuer().refusal(of: stranger.token(payload: changes)) == nil)
    }

    @Test func `a payload with a name twice, other serializations and padding are refused`() throws {
        let issuer = try stranger.issuer()
        let token = try stranger.token()
        let doubled = Stranger.payload().dropLast() + #","exp":1800000600}"#
        #expect(
            try issuer.refusal(of: stranger.token(#"{"alg":"ES256","kid":"k1"}"#, String(doubled)))
                == "a name stands twice in an object")
        #expect(issuer.refusal(of: token + "=") == "not canonical base64url")
        #expect(issuer.refusal(of: token + "\n") == "not canonical base64url")
        #expect(issuer.refusal(of: token + ".") == "not of three parts")
        #expect(issuer.refusal(of: #"{"payload":""}"#) == "not of three parts")
        #expect(issuer.refusal(of: "") == "not of three parts")
        #expect(issuer.refusal(of: token + String(repeating: "A", count: 8192)) == "longer than 8 KiB")
        #expect(issuer.refusal(of: Self.withoutSignature(token)) == "wrong signature")
        #expect(try issuer.refusal(of: Stranger().token()) == "wrong signature")
    }

    @Test func `the public key is no secret of HS256`() throws {
        let pem = Array(stranger.key.publicKey.pemRepresentation.utf8)
        let der = Array(stranger.key.publicKey.derRepresentation)
        for secret in [pem, der, Array(stranger.key.publicKey.rawRepresentation)] {
            let input =
                Base64URL.encode(Array(#"{"alg":"HS256","kid":"k1"}"#.utf8)) + "."
                + Base64URL.encode(Array(Stranger.payload().utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: SymmetricKey(data: secret))
            let token = input + "." + Base64URL.encode(Array(code))
            #expect(try stranger.issuer().refusal(of: token) == "'alg' is not the key's")
        }
    }

    @Test func `a key of an algorithm that the issuer is not trusted with is of no use`() throws {
        let issuer = try stranger.issuer(Stranger.terms(algorithms: [.rs256, .edDSA]))
        #expect(try issuer.refusal(of: stranger.token()) == "'alg' is none of the issuer's algorithms")
    }

    @Test func `a token that names no key is checked by the key that has no name`() throws {
        let issuer = try stranger.issuer(keySet: stranger.keySet(id: nil))
        #expect(try issuer.refusal(of: stranger.token(#"{"alg":"ES256"}"#)) == nil)
        #expect(try issuer.refusal(of: stranger.token()) == "unknown key")
    }

    @Test func `nobody can tell while the keys were never read`() throws {
        let issuer = ForeignIssuer(Stranger.terms(), keys: IssuerKeys(now: .zero))
        #expect(try issuer.refusal(of: stranger.token()) == "cannot decide")
    }

    private func verdict(on token: String) throws -> CredentialVerdict {
        try stranger.issuer().verdict(on: token.utf8, at: Timestamp(seconds: Stranger.now))
    }

    private static func withoutSignature(_ token: String) -> String {
        token.prefix(through: token.lastIndex(of: ".") ?? token.startIndex).description
    }
}

extension Stranger {
    /// A token with some claims changed.
    func token(payload changes: [String: JSONValue?]) throws -> String {
        try token(#"{"alg":"ES256","kid":"k1"}"#, Self.payload(changes))
    }
}
