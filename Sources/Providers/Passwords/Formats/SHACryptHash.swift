/// A hash of glibc's crypt(3), `$6$rounds=5000$salt$digest` or `$5$…` (Drepper, "Unix crypt using SHA-256 and
/// SHA-512").
struct SHACryptHash: Hashable, Sendable {
    /// The function, by the number that stands for it.
    enum Function: String, Sendable {
        case sha256 = "5"
        case sha512 = "6"

        /// How many characters its digest has.
        fileprivate var length: Int { self == .sha256 ? 43 : 86 }
    }

    let function: Function
    let rounds: Int
    let salt: String
    let digest: String

    /// The rounds that a stored hash may ask for; crypt(3) itself takes no fewer.
    static let bounds = 1000...1_000_000
    /// What stands for a hash without rounds.
    private static let usualRounds = 5000
    /// Each round hashes the password twice, so that whoever guesses chooses how long it takes: up to so many bytes two
    /// blocks of SHA-512 or three of SHA-256, for which failed logins wait.
    private static let longestPassword = 64

    init?(_ fields: [String]) {
        guard (4...5).contains(fields.count), let function = Function(rawValue: fields[1]) else { return nil }
        let rounds = fields.count == 4 ? [Self.usualRounds] : HashText.numbers(in: fields[2], named: ["rounds"])
        let (salt, digest) = (fields[fields.count - 2], fields[fields.count - 1])
        guard let rounds, Self.bounds.contains(rounds[0]), (1...16).contains(salt.utf8.count),
            HashText.isCryptText(salt), digest.utf8.count == function.length, HashText.isCryptText(digest)
        else { return nil }
        (self.function, self.rounds, self.salt, self.digest) = (function, rounds[0], salt, digest)
    }

    /// Always with its rounds, so that hashes of one cost begin alike.
    var text: String { setting + "$" + digest }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        // A longer password than is taken has no hash of this form; some work is done all the same.
        let fits = password.count <= Self.longestPassword && !password.contains(0)
        let phrase = fits ? password : Array("a password of usual length".utf8)
        let hash = try SystemCrypt.hash(phrase, setting: setting)
        return HashText.isSame(Array(hash.utf8.suffix(function.length)), Array(digest.utf8)) && fits
    }

    private var setting: String { "$\(function.rawValue)$rounds=\(rounds)$\(salt)" }
}
