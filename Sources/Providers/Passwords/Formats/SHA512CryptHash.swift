/// A hash of glibc's crypt(3), `$6$rounds=5000$salt$digest` (Drepper, "Unix crypt using SHA-256 and SHA-512").
struct SHA512CryptHash: Hashable, Sendable {
    let rounds: Int
    let salt: String
    let digest: String

    /// The rounds that a stored hash may ask for; crypt(3) itself takes no fewer.
    static let bounds = 1000...1_000_000
    /// What stands for a hash without rounds.
    private static let usualRounds = 5000
    /// Each round hashes the password twice, so that whoever guesses chooses how long it takes: up to so many bytes two
    /// blocks of SHA-512, for which failed logins wait.
    private static let longestPassword = 64

    init?(_ fields: [String]) {
        guard (4...5).contains(fields.count) else { return nil }
        let rounds = fields.count == 4 ? [Self.usualRounds] : HashText.numbers(in: fields[2], named: ["rounds"])
        let (salt, digest) = (fields[fields.count - 2], fields[fields.count - 1])
        guard let rounds, Self.bounds.contains(rounds[0]), (1...16).contains(salt.utf8.count),
            HashText.isCryptText(salt), digest.utf8.count == 86, HashText.isCryptText(digest)
        else { return nil }
        (self.rounds, self.salt, self.digest) = (rounds[0], salt, digest)
    }

    /// Always with its rounds, so that hashes of one cost begin alike.
    var text: String { setting + "$" + digest }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        // A longer password than is taken has no hash of this form; some work is done all the same.
        let fits = password.count <= Self.longestPassword && !password.contains(0)
        let phrase = fits ? password : Array("a password of usual length".utf8)
        let hash = try SystemCrypt.hash(phrase, setting: setting)
        return HashText.isSame(Array(hash.utf8.suffix(86)), Array(digest.utf8)) && fits
    }

    private var setting: String { "$6$rounds=\(rounds)$\(salt)" }
}
