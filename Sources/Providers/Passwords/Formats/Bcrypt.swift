import CXCrypt
import Crypto
import Foundation
import GatewayKit

/// bcrypt by libxcrypt, and passlib's pre-hash for what bcrypt would cut off.
enum Bcrypt {
    /// How many bytes of a password bcrypt reads.
    static let longestPassword = 72

    /// The setting `$2b$12$` and 22 characters for a salt of 16 bytes; throws ``HashingFailure``.
    static func setting(cost: Int, salt: [UInt8]) throws(HashingFailure) -> String {
        var text = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        let bytes = salt.map { CChar(bitPattern: $0) }
        let made = unsafe crypt_gensalt_rn("$2b$", UInt(cost), bytes, Int32(bytes.count), &text, Int32(text.count))
        guard unsafe made != nil else { throw HashingFailure(library: "libxcrypt", code: errno) }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The whole hash, `$2b$12$` and 53 characters, of a password that bcrypt reads to its end: ``fits(_:)``. Throws
    /// ``HashingFailure``.
    static func hash(_ password: [UInt8], setting: String) throws(HashingFailure) -> String {
        precondition(fits(password), "bcrypt would cut this password off")
        return try SystemCrypt.hash(password, setting: setting)
    }

    /// Whether bcrypt reads a password to its end: at most 72 bytes, and no NUL.
    static func fits(_ password: [UInt8]) -> Bool { password.count <= longestPassword && !password.contains(0) }

    /// What stands for a password of any length: 44 characters of base64 of HMAC-SHA-256, keyed by the salt's 22
    /// characters (`passlib.hash.bcrypt_sha256`, version 2).
    static func prehash(_ password: [UInt8], salt: String) -> [UInt8] {
        let key = SymmetricKey(data: Array(salt.utf8))
        return Array(Data(HMAC<SHA256>.authenticationCode(for: password, using: key)).base64EncodedString().utf8)
    }

    /// What stands for a password of any length in Django: 64 characters of SHA-256 in hexadecimal digits.
    static func hexadecimalDigest(_ password: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return SHA256.hash(data: password).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
