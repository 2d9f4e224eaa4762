import Crypto
import CryptoExtras
import Foundation
import GatewayKit
import Testing

@testable import GatewayJOSE

/// The published vectors, so that this package's reading of the standards is not its only witness.
@Suite struct VerificationKeyTests {
    private static let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    @Test func `RFC 7515, appendix A.1: HMAC with SHA-256`() throws {
        let key = SymmetricKey(
            data: try bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
        try check(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", Self.payload, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            .hs256(key))
    }

    @Test func `RFC 7515, appendix A.2: RSA with SHA-256`() throws {
        let modulus = """
            ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd\
            2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7W\
            TBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs9\
            1kzk2PAcDTW9gb54h4FRWyuXpoQ
            """
        let signature = """
            cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF\
            9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383Lc\
            OLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlV\
            mtVrBp0igcN_IoypGlUPQGe77Rw
            """
        let key = try _RSA.Signing.PublicKey(n: bytes(modulus), e: [1, 0, 1])
        try check("eyJhbGciOiJSUzI1NiJ9", Self.payload, signature, .rs256(key))
    }

    @Test func `RFC 7515, appendix A.3: ECDSA on P-256 with SHA-256`() throws {
        let x = try bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
        let y = try bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
        try check(
            "eyJhbGciOiJFUzI1NiJ9", Self.payload,
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
            .es256(P256.Signing.PublicKey(rawRepresentation: x + y)))
    }

    @Test func `RFC 8037, appendix A: Ed25519 and its thumbprint`() throws {
        let x = try bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        let key = VerificationKey.edDSA(try Curve25519.Signing.PublicKey(rawRepresentation: x))
        try check(
            "eyJhbGciOiJFZERTQSJ9", "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg", key)
        #expect(key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test(arguments: JWSAlgorithm.allCases)
    func `a signature of another form, length or algorithm is wrong, and so is none`(algorithm: JWSAlgorithm) throws {
        let input = Array("input".utf8)
        let (key, right) = try Signer(algorithm).signed(input)
        #expect(key.algorithm == algorithm)
        #expect(key.isValid(right, over: input[...]))
        let zeros = [UInt8](repeating: 0, count: right.count)
        for wrong in [[], zeros, right.dropLast(), right + [0], [0] + right, right + right, right.reversed()] {
            #expect(!key.isValid(Array(wrong), over: input[...]))
        }
        #expect(!key.isValid(right, over: Array("other".utf8)[...]))
        for other in JWSAlgorithm.allCases where other != algorithm {
            let (_, signature) = try Signer(other).signed(input)
            #expect(!key.isValid(signature, over: input[...]), "\(other)")
        }
    }

    @Test func `an ECDSA signature in DER, or with a zero half, is wrong`() throws {
        let key = P256.Signing.PrivateKey()
        let input = Array("input".utf8)
        let signature = try key.signature(for: input)
        let raw = Array(signature.rawRepresentation)
        let checker = VerificationKey.es256(key.publicKey)
        #expect(checker.isValid(raw, over: input[...]))
        let zeros = [UInt8](repeating: 0, count: 32)
        for wrong in [Array(signature.derRepresentation), zeros + raw.suffix(32), raw.prefix(32) + zeros] {
            #expect(!checker.isValid(wrong, over: input[...]))
        }
    }

    private func check(_ header: String, _ payload: String, _ signature: String, _ key: VerificationKey) throws {
        let jws = try CompactJWS("\(header).\(payload).\(signature)".utf8)
        #expect(jws.algorithm == key.algorithm.rawValue)
        #expect(key.isValid(jws.signature, over: jws.signingInput))
        for place in jws.signature.indices {
            var changed = jws.signature
            changed[place] ^= 1
            #expect(!key.isValid(changed, over: jws.signingInput))
        }
        #expect(!key.isValid(jws.signature, over: jws.signingInput.dropLast()))
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(Base64URL.decode(text.utf8)) }
}
