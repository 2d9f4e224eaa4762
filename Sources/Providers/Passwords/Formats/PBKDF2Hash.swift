import Crypto
import CryptoExtras

/// A hash by PBKDF2 (RFC 8018), `$pbkdf2-sha256$i=600000$salt$tag` (PHC string format).
struct PBKDF2Hash: Hashable, Sendable {
    /// What HMAC is computed with.
    enum Digest: String, CaseIterable, Sendable {
        case sha1, sha256, sha512

        fileprivate var function: KDF.Insecure.PBKDF2.HashFunction {
            switch self {
            case .sha1: .insecureSHA1
            case .sha256: .sha256
            case .sha512: .sha512
            }
        }

        fileprivate var length: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            case .sha512: 64
            }
        }
    }

    let digest: Digest
    let iterations: Int
    let salt: [UInt8]
    let tag: [UInt8]

    /// How many iterations a stored hash may ask for, over all blocks of its tag.
    static let bounds = 1...5_000_000

    init?(_ digest: Digest, iterations: Int, salt: [UInt8], tag: [UInt8]) {
        guard Self.bounds.contains(iterations), (1...128).contains(salt.count), (16...64).contains(tag.count),
            Self.bounds.contains(iterations * ((tag.count + digest.length - 1) / digest.length))
        else { return nil }
        (self.digest, self.iterations, self.salt, self.tag) = (digest, iterations, salt, tag)
    }

    init?(_ fields: [String]) {
        guard fields.count == 5, fields[1].hasPrefix("pbkdf2-"),
            let digest = Digest(rawValue: String(fields[1].dropFirst("pbkdf2-".count))),
            let numbers = HashText.numbers(in: fields[2], named: ["i"]), let salt = HashText.decode(fields[3]),
            let tag = HashText.decode(fields[4])
        else { return nil }
        self.init(digest, iterations: numbers[0], salt: salt, tag: tag)
    }

    var text: String {
        "$pbkdf2-\(digest.rawValue)$i=\(iterations)$\(HashText.encode(salt))$\(HashText.encode(tag))"
    }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        do {
            // The checked function refuses the few iterations of old hashes; those bounds are kept above.
            let key = try KDF.Insecure.PBKDF2.deriveKey(
                from: password, salt: salt, using: digest.function, outputByteCount: tag.count,
                unsafeUncheckedRounds: iterations)
            return HashText.isSame(key.withUnsafeBytes { Array($0) }, tag)
        } catch {
            throw HashingFailure(library: "swift-crypto", code: 0)
        }
    }
}
