import Crypto

/// A hash of an LDAP directory, `{SSHA}` and its kin, as `$ssha1$salt$tag`: one digest over password and salt, which
/// guessing hardly costs anything. It goes at its owner's first login.
struct SaltedSHAHash: Hashable, Sendable {
    /// The digest.
    enum Digest: String, Sendable {
        case sha1, sha256, sha512

        var length: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            case .sha512: 64
            }
        }
    }

    let digest: Digest
    let salt: [UInt8]
    let tag: [UInt8]

    init?(_ digest: Digest, salt: [UInt8], tag: [UInt8]) {
        guard (1...64).contains(salt.count), tag.count == digest.length else { return nil }
        (self.digest, self.salt, self.tag) = (digest, salt, tag)
    }

    init?(_ fields: [String]) {
        guard fields.count == 4, fields[1].hasPrefix("s"), let digest = Digest(rawValue: String(fields[1].dropFirst())),
            let salt = HashText.decode(fields[2]), let tag = HashText.decode(fields[3])
        else { return nil }
        self.init(digest, salt: salt, tag: tag)
    }

    var text: String { "$s\(digest.rawValue)$\(HashText.encode(salt))$\(HashText.encode(tag))" }

    func matches(_ password: [UInt8]) -> Bool {
        let made: [UInt8] =
            switch digest {
            case .sha1: Array(Insecure.SHA1.hash(data: password + salt))
            case .sha256: Array(SHA256.hash(data: password + salt))
            case .sha512: Array(SHA512.hash(data: password + salt))
            }
        return HashText.isSame(made, tag)
    }
}
