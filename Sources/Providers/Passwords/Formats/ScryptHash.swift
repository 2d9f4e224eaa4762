import Crypto
import CryptoExtras

/// A scrypt hash (RFC 7914), `$scrypt$ln=14,r=8,p=1$salt$tag` (PHC string format).
struct ScryptHash: Hashable, Sendable {
    let cost: ScryptCost
    let salt: [UInt8]
    let tag: [UInt8]

    init?(cost: ScryptCost, salt: [UInt8], tag: [UInt8]) {
        guard cost.isAllowed, (1...128).contains(salt.count), (16...64).contains(tag.count) else { return nil }
        (self.cost, self.salt, self.tag) = (cost, salt, tag)
    }

    init?(_ fields: [String]) {
        guard fields.count == 5, let numbers = HashText.numbers(in: fields[2], named: ["ln", "r", "p"]),
            let salt = HashText.decode(fields[3]), let tag = HashText.decode(fields[4])
        else { return nil }
        self.init(
            cost: ScryptCost(logarithm: numbers[0], blockSize: numbers[1], parallelism: numbers[2]), salt: salt,
            tag: tag)
    }

    var text: String {
        "$scrypt$ln=\(cost.logarithm),r=\(cost.blockSize),p=\(cost.parallelism)"
            + "$\(HashText.encode(salt))$\(HashText.encode(tag))"
    }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        HashText.isSame(try cost.key(of: password, salt: salt, length: tag.count), tag)
    }
}

/// A hash of Firebase's: scrypt, whose key then encrypts a key of the project's.
///
/// The text is this gateway's own and holds all that is needed, `$firebase-scrypt$ln=14,r=8$salt$separator$key$tag`.
struct FirebaseHash: Hashable, Sendable {
    let cost: ScryptCost
    let salt: [UInt8]
    let separator: [UInt8]
    let signerKey: [UInt8]
    let tag: [UInt8]

    init?(cost: ScryptCost, salt: [UInt8], separator: [UInt8], signerKey: [UInt8], tag: [UInt8]) {
        guard cost.isAllowed, (1...128).contains(salt.count), separator.count <= 16,
            (16...128).contains(signerKey.count), tag.count == signerKey.count
        else { return nil }
        (self.cost, self.salt, self.separator) = (cost, salt, separator)
        (self.signerKey, self.tag) = (signerKey, tag)
    }

    init?(_ fields: [String]) {
        guard fields.count == 7, let numbers = HashText.numbers(in: fields[2], named: ["ln", "r"]) else { return nil }
        let bytes = fields[3...].compactMap { HashText.decode($0) }
        guard bytes.count == 4 else { return nil }
        self.init(
            cost: ScryptCost(logarithm: numbers[0], blockSize: numbers[1], parallelism: 1), salt: bytes[0],
            separator: bytes[1], signerKey: bytes[2], tag: bytes[3])
    }

    var text: String {
        let bytes = [salt, separator, signerKey, tag].map(HashText.encode).joined(separator: "$")
        return "$firebase-scrypt$ln=\(cost.logarithm),r=\(cost.blockSize)$\(bytes)"
    }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        let key = try cost.key(of: password, salt: salt + separator, length: 32)
        do {
            let nonce = try AES._CTR.Nonce(nonceBytes: [UInt8](repeating: 0, count: 16))
            let made = try AES._CTR.encrypt(signerKey, using: SymmetricKey(data: key), nonce: nonce)
            return HashText.isSame(Array(made), tag)
        } catch {
            throw HashingFailure(library: "swift-crypto", code: 0)
        }
    }
}

/// What a key by scrypt costs: memory of 128 · r · 2^ln bytes, gone over p times.
struct ScryptCost: Hashable, Sendable {
    /// ln, the logarithm of N to the base 2.
    var logarithm: Int
    /// r.
    var blockSize: Int
    /// p.
    var parallelism: Int

    /// Whether a stored hash may ask for it: 256 MiB at most, and four passes over those, in blocks that swift-crypto
    /// computes, which leaves a page of memory for two of them. It says so before anything is multiplied that could
    /// overflow.
    var isAllowed: Bool {
        guard (1...20).contains(logarithm), (1...16).contains(blockSize), (1...16).contains(parallelism) else {
            return false
        }
        // N must be less than 2^(128 · r / 8) (RFC 7914, section 2).
        return logarithm < 16 * blockSize && blockSize << logarithm <= 1 << 21
            && (blockSize * parallelism) << logarithm <= 1 << 23
    }

    func key(of password: [UInt8], salt: [UInt8], length: Int) throws(HashingFailure) -> [UInt8] {
        do {
            return try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: length, rounds: 1 << logarithm, blockSize: blockSize,
                parallelism: parallelism
            ).withUnsafeBytes { Array($0) }
        } catch {
            throw HashingFailure(library: "swift-crypto", code: 0)
        }
    }
}
