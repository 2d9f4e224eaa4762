/// A hash of libxcrypt's crypt(3), `$y$j9T$salt$digest` (yescrypt, which is scrypt made dearer for attackers): what
/// Debian, Fedora and Arch write into `/etc/shadow`.
struct YescryptHash: Hashable, Sendable {
    /// The flavour, and a character each for memory and block size, such as `j9T`.
    let parameters: String
    let salt: String
    let digest: String

    /// libxcrypt takes no longer phrases.
    private static let longestPassword = 511

    init?(_ fields: [String]) {
        guard fields.count == 5, Self.isAllowed(fields[2]), Self.isWhole(fields[3]), fields[4].utf8.count == 43,
            Self.isWhole(fields[4])
        else { return nil }
        (parameters, salt, digest) = (fields[2], fields[3], fields[4])
    }

    var text: String { setting + "$" + digest }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        // What libxcrypt does not take has no hash of this form; the work is done all the same.
        let fits = password.count <= Self.longestPassword && !password.contains(0)
        let phrase = fits ? password : Array("a password of usual length".utf8)
        let hash = try SystemCrypt.hash(phrase, setting: setting)
        return HashText.isSame(Array(hash.utf8.suffix(43)), Array(digest.utf8)) && fits
    }

    private var setting: String { "$y$\(parameters)$\(salt)" }

    /// Whether a stored hash may ask for it: the one flavour that crypt(3) writes, without further parameters, and 256
    /// MiB at most (128 · r · N bytes), as of scrypt; they are gone over little more than once.
    private static func isAllowed(_ parameters: String) -> Bool {
        let values = parameters.utf8.map(value)
        guard parameters.hasPrefix("j"), values.count == 3, let memory = values[1], let block = values[2] else {
            return false
        }
        // Each is one less than what it means, and values of 48 and more are the beginning of longer numbers.
        let (logarithm, blockSize) = (memory + 1, block + 1)
        return (10...18).contains(logarithm) && (8...48).contains(blockSize) && memory < 48
            && blockSize << logarithm <= 1 << 21
    }

    /// Whether a text is whole bytes, at most 64, in crypt(3)'s base64, whose last character has bits to spare.
    private static func isWhole(_ text: String) -> Bool {
        guard (2...86).contains(text.utf8.count), HashText.isCryptText(text), let last = text.utf8.last.flatMap(value)
        else { return false }
        switch text.utf8.count % 4 {
        case 0: return true
        case 2: return last < 4
        case 3: return last < 16
        default: return false
        }
    }

    /// What a character of `./0-9A-Za-z` stands for.
    private static func value(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "."))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + 12
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a")) + 38
        default: nil
        }
    }
}
