import Crypto
import CryptoExtras
import Foundation
import GatewayKit
import Testing

@testable import GatewayJOSE

@Suite struct JWKSetTests {
    @Test(arguments: JWSAlgorithm.allCases)
    func `a key of each algorithm is read, and checks what its owner has signed`(algorithm: JWSAlgorithm) throws {
        let signer = Signer(algorithm)
        let set = try read([signer.jwk()])
        let (key, signature) = try signer.signed(Array("input".utf8))
        let found = try #require(set.key("k1"))
        #expect(found.key.algorithm == algorithm)
        #expect(found.key.publicMembers == key.publicMembers)
        #expect(found.key.isValid(signature, over: Array("input".utf8)[...]))
    }

    @Test func `a key is found by exactly its id`() throws {
        let set = try read([
            Signer(.es256).jwk(id: "K"), Signer(.es384).jwk(id: nil), Signer(.es512).jwk(id: ""),
        ])
        #expect(set.key("K")?.key.algorithm == .es256)
        #expect(set.key(nil)?.key.algorithm == .es384)
        #expect(set.key("")?.key.algorithm == .es512)
        #expect(set.key("\u{212a}") == nil)
        #expect(set.key("k") == nil)
        #expect(try read([Signer(.es256).jwk(id: "K")]).key(nil) == nil)
    }

    @Test func `what is written beside a key is nobody's business`() throws {
        let extra: [String: JSONValue?] = [
            "use": "sig", "key_ops": ["verify"], "x5u": "https://example.com", "x5c": ["AAAA"], "ext": true,
        ]
        #expect(try read([Signer(.rs256).jwk(extra)]).keys.count == 1)
        #expect(try read([Signer(.hs256).jwk(["key_ops": ["sign", "verify"]])]).keys.count == 1)
        #expect(try JWKSet(Array(#"{"jwks_uri":"x","keys":[]}"#.utf8), allowingSymmetric: false).keys.isEmpty)
    }

    @Test func `a fingerprint is one key's of one algorithm under one id`() throws {
        let keys = try [
            Signer(.rs256).jwk(), Signer(.rs256).jwk(id: "k2"), Signer(.rs256).jwk(["alg": "PS256"]),
            Signer(.es256).jwk(), Signer(.hs256).jwk(), Signer(.hs256).jwk(["alg": "HS384"]),
        ].map { try read([$0]).keys[0].fingerprint }
        #expect(Set(keys).count == keys.count)
        #expect(try read([Signer(.rs256).jwk(["use": "sig"])]).keys[0].fingerprint == keys[0])
    }

    @Test(arguments: [
        ("", "not strict JSON: the text ends where a value should stand at byte 0"),
        ("[]", "not a JSON object"),
        ("{}", "'keys' is not a list of keys"),
        (#"{"keys":{}}"#, "'keys' is not a list of keys"),
        (#"{"keys":[],"keys":[]}"#, "not strict JSON: a name stands twice in an object at byte 17"),
        (#"{"keys":[]}x"#, "not strict JSON: something stands behind the value at byte 11"),
        (#"{"keys":[1]}"#, "keys[0]: not a JSON object"),
        (#"{"keys":"# + String(repeating: " ", count: JWKSet.maximumLength), "longer than 256 KiB"),
    ]) func `what is no key set is refused`(text: String, message: String) throws {
        #expect(refusal(Array(text.utf8)) == message)
    }

    @Test(
        arguments: [
            (.rs256, ["kty": nil], "no 'kty'"),
            (.rs256, ["kty": "rsa"], "unknown 'kty'"),
            (.rs256, ["kty": 1], "'kty' is not a text"),
            (.rs256, ["kid": 1], "'kid' is not a text"),
            (.rs256, ["alg": nil], "no 'alg'"),
            (.rs256, ["alg": "none"], "'alg' is none that tokens are signed with"),
            (.rs256, ["alg": "RSA-OAEP"], "'alg' is none that tokens are signed with"),
            (.rs256, ["alg": "rs256"], "'alg' is none that tokens are signed with"),
            (.rs256, ["alg": "ES256"], "'alg' does not fit the key"),
            (.rs256, ["alg": "HS256"], "'alg' does not fit the key"),
            (.es256, ["alg": "ES384"], "'alg' does not fit the key"),
            (.es512, ["alg": "ES256"], "'alg' does not fit the key"),
            (.edDSA, ["alg": "ES256"], "'alg' does not fit the key"),
            (.hs256, ["alg": "RS256"], "'alg' does not fit the key"),
            (.rs256, ["use": "enc"], "'use' is not 'sig'"),
            (.rs256, ["use": .null], "'use' is not 'sig'"),
            (.rs256, ["key_ops": ["sign"]], "'key_ops' is not for checking signatures"),
            (.rs256, ["key_ops": []], "'key_ops' is not for checking signatures"),
            (.hs256, ["key_ops": ["sign"]], "'key_ops' is not for checking signatures"),
            (.rs256, ["key_ops": ["verify", "encrypt"]], "'key_ops' is not for checking signatures"),
            (.rs256, ["key_ops": ["verify", "verify"]], "'key_ops' is not for checking signatures"),
            (.rs256, ["key_ops": ["verify", 1]], "'key_ops' is not for checking signatures"),
            (.rs256, ["key_ops": "verify"], "'key_ops' is not for checking signatures"),
            (.es256, ["key_ops": ["verify", "sign"]], "'key_ops' is not for checking signatures"),
            (.rs256, ["d": "AQAB"], "states a private key"),
            (.edDSA, ["d": "AQAB"], "states a private key"),
            (.rs256, ["n": nil], "no 'n'"),
            (.rs256, ["n": "AA=="], "'n' is not canonical base64url"),
            (.rs256, ["n": "AAAA"], "'n' begins with a zero byte"),
            (.rs256, ["n": .string(Modulus.of(2047))], "RSA of 2047 bits, 2048 are the least"),
            (.rs256, ["n": .string(Modulus.of(1024))], "RSA of 1024 bits, 2048 are the least"),
            (.rs256, ["n": .string(Modulus.of(8200))], "RSA of 8200 bits, 8192 are the most"),
            (.rs256, ["n": .string(Modulus.of(2048, last: 0xfe))], "even RSA modulus"),
            (.ps256, ["n": .string(Modulus.infineon)], "RSA with the ROCA structure"),
            (.rs256, ["e": "AAEAAQ"], "'e' begins with a zero byte"),
            (.rs256, ["e": ""], "'e' begins with a zero byte"),
            (.rs256, ["e": "AQAA"], "even RSA exponent"),
            (.rs256, ["e": "AQ"], "RSA exponent below 65537"),
            (.rs256, ["e": "Aw"], "RSA exponent below 65537"),
            (.rs256, ["e": "__8"], "RSA exponent below 65537"),
            (.rs256, ["e": "AQAAAAE"], "RSA exponent over 32 bits"),
            (.es256, ["crv": "secp256k1"], "unknown 'crv'"),
            (.es256, ["crv": "P-384"], "'alg' does not fit the key"),
            (.es256, ["x": .string(text(32, 1))], "the point is not one of its curve"),
            (.es384, ["y": .string(text(48, 1))], "the point is not one of its curve"),
            (.es512, ["x": .string(text(66, 0))], "the point is not one of its curve"),
            (.es256, ["x": .string(text(32, 0)), "y": .string(text(32, 0))], "the point is not one of its curve"),
            (.es256, ["x": .string(text(31, 1))], "coordinates of another length"),
            (.es256, ["y": .string(text(33, 0))], "coordinates of another length"),
            (.edDSA, ["crv": "Ed448"], "unknown 'crv'"),
            (.edDSA, ["crv": "X25519"], "unknown 'crv'"),
            (.edDSA, ["x": .string(text(31, 9))], "the point is not one of its curve"),
            (.edDSA, ["x": .string(text(32, 0))], "the point is not one of its curve"),
            (.edDSA, ["x": .string(text(32, 255))], "the point is not one of its curve"),
            (.hs256, ["k": .string(text(31, 7))], "a secret of 31 bytes, 32 are the least"),
            (.hs384, ["k": .string(text(47, 7))], "a secret of 47 bytes, 48 are the least"),
            (.hs512, ["k": .string(text(63, 7))], "a secret of 63 bytes, 64 are the least"),
            (.hs256, ["k": ""], "a secret of 0 bytes, 32 are the least"),
        ] as [(JWSAlgorithm, [String: JSONValue?], String)])
    func `an unfit key refuses its set, with its position`(
        algorithm: JWSAlgorithm, changes: [String: JSONValue?], reason: String
    ) throws {
        let fit = try Signer(algorithm).jwk(id: "fit")
        #expect(try refusal([fit, Signer(algorithm).jwk(changes)]) == "keys[1]: \(reason)")
    }

    @Test func `two keys of one id, or of none, are refused`() throws {
        #expect(
            try refusal([Signer(.es256).jwk(), Signer(.rs256).jwk()]) == "keys[1]: an earlier key has the same 'kid'")
        #expect(
            try refusal([Signer(.es256).jwk(id: nil), Signer(.es384).jwk(id: "k"), Signer(.rs256).jwk(id: nil)])
                == "keys[2]: an earlier key has the same 'kid'")
    }

    @Test func `secrets stand alone, and in a local file`() throws {
        let (secret, other) = (try Signer(.hs256).jwk(), try Signer(.es256).jwk(id: "k2"))
        #expect(refusal([secret, other]) == "keys[1]: symmetric beside asymmetric keys")
        #expect(refusal([other, secret]) == "keys[1]: symmetric beside asymmetric keys")
        #expect(
            refusal([secret], allowingSymmetric: false) == "keys[0]: symmetric, which only a local file may hold")
    }

    @Test func `everything that is wrong is told at once, and nothing that a key says`() throws {
        let keys = try (0..<10).map { try Signer(.es256).jwk(id: "canary \($0)", ["use": "enc"]) }
        let message = try #require(refusal(keys))
        #expect(message.hasPrefix("keys[0]: 'use' is not 'sig'; keys[1]: 'use' is not 'sig'; "))
        #expect(message.hasSuffix("keys[7]: 'use' is not 'sig'; and 2 more"))
        #expect(!message.contains("canary"))
    }

    private func read(_ keys: [JSONValue]) throws -> JWKSet {
        try JWKSet(JSONValue.object([.init("keys", .array(keys))]).encoded(), allowingSymmetric: true)
    }

    private func refusal(_ keys: [JSONValue], allowingSymmetric: Bool = true) -> String? {
        refusal(JSONValue.object([.init("keys", .array(keys))]).encoded(), allowingSymmetric: allowingSymmetric)
    }

    private func refusal(_ text: [UInt8], allowingSymmetric: Bool = true) -> String? {
        do throws(UnfitKeySet) {
            _ = try JWKSet(text, allowingSymmetric: allowingSymmetric)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func text(_ count: Int, _ byte: UInt8) -> String {
        Base64URL.encode([UInt8](repeating: byte, count: count))
    }
}
