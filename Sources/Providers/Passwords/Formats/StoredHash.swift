import GatewayKit

/// A password hash taken apart, in every format that this gateway verifies, its parameters within bounds.
///
/// The first two are what it writes; the others came from other systems and go at their owners' first login.
enum StoredHash: Hashable, Sendable {
    /// `$argon2id$v=19$m=19456,t=2,p=1$salt$tag` (PHC string format).
    case argon2id(Argon2id.Parameters, salt: [UInt8], tag: [UInt8])
    /// `$2b$12$` and 53 characters; the prefix may be `2a` or `2y` in hashes that came from elsewhere.
    case bcrypt(prefix: String, cost: Int, salt: String, digest: String)
    /// `$bcrypt-sha256$v=2,t=2b,r=12$salt$digest` (passlib).
    case bcryptSHA256(cost: Int, salt: String, digest: String)
    /// `$argon2i$v=19$…`, otherwise as Argon2id.
    case argon2i(Argon2id.Parameters, salt: [UInt8], tag: [UInt8])
    /// `$scrypt$ln=14,r=8,p=1$salt$tag`.
    case scrypt(ScryptHash)
    /// `$firebase-scrypt$ln=14,r=8$salt$separator$key$tag`.
    case firebase(FirebaseHash)
    /// `$pbkdf2-sha256$i=600000$salt$tag`.
    case pbkdf2(PBKDF2Hash)
    /// `$6$rounds=5000$salt$digest` or `$5$…`.
    case shaCrypt(SHACryptHash)
    /// `$y$j9T$salt$digest`.
    case yescrypt(YescryptHash)
    /// `$sha256-bcrypt$12$salt$digest`, Django's `bcrypt_sha256`.
    case sha256Bcrypt(cost: Int, salt: String, digest: String)
    /// `$ssha1$salt$tag`.
    case saltedSHA(SaltedSHAHash)

    /// What a stored argon2id hash may ask for; more would let whoever writes to the store exhaust the machine.
    static let argon2Bounds = (memory: 8...1_048_576, iterations: 1...32, parallelism: 1...16)
    /// The costs that a stored bcrypt hash may ask for.
    static let bcryptBounds = 4...16

    /// Takes a stored text apart, or nil for another format, a damaged text, or parameters out of bounds.
    init?(_ text: String) {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 4, fields[0].isEmpty, let found = Self.read(fields) else { return nil }
        self = found
    }

    private static func read(_ fields: [String]) -> Self? {
        switch fields[1] {
        case "argon2id": argon2(fields).map { .argon2id($0, salt: $1, tag: $2) }
        case "argon2i": argon2(fields).map { .argon2i($0, salt: $1, tag: $2) }
        case "2a", "2b", "2y": bcrypt(fields)
        case "bcrypt-sha256": bcryptSHA256(fields)
        case "scrypt": ScryptHash(fields).map { .scrypt($0) }
        case "firebase-scrypt": FirebaseHash(fields).map { .firebase($0) }
        case "pbkdf2-sha1", "pbkdf2-sha256", "pbkdf2-sha512": PBKDF2Hash(fields).map { .pbkdf2($0) }
        case "5", "6": SHACryptHash(fields).map { .shaCrypt($0) }
        case "y": YescryptHash(fields).map { .yescrypt($0) }
        case "sha256-bcrypt": sha256Bcrypt(fields)
        case "ssha1", "ssha256", "ssha512": SaltedSHAHash(fields).map { .saltedSHA($0) }
        default: nil
        }
    }

    /// The text as the store keeps it.
    var text: String {
        switch self {
        case .argon2id(let cost, let salt, let tag): "$argon2id" + Self.argon2Text(cost, salt, tag)
        case .argon2i(let cost, let salt, let tag): "$argon2i" + Self.argon2Text(cost, salt, tag)
        case .bcrypt(let prefix, let cost, let salt, let digest):
            "$\(prefix)$\(HashText.twoDigits(cost))$\(salt)\(digest)"
        case .bcryptSHA256(let cost, let salt, let digest): "$bcrypt-sha256$v=2,t=2b,r=\(cost)$\(salt)$\(digest)"
        case .scrypt(let hash): hash.text
        case .firebase(let hash): hash.text
        case .pbkdf2(let hash): hash.text
        case .shaCrypt(let hash): hash.text
        case .yescrypt(let hash): hash.text
        case .sha256Bcrypt(let cost, let salt, let digest):
            "$sha256-bcrypt$\(HashText.twoDigits(cost))$\(salt)$\(digest)"
        case .saltedSHA(let hash): hash.text
        }
    }

    /// Whether it is this password's; always costs the whole hash. Throws ``HashingFailure``.
    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        switch self {
        case .argon2id(let parameters, let salt, let tag):
            return HashText.isSame(try Argon2id.tag(of: password, salt: salt, length: tag.count, parameters), tag)
        case .argon2i(let parameters, let salt, let tag):
            let made = try Argon2id.tag(
                of: password, salt: salt, length: tag.count, parameters, isDataIndependent: true)
            return HashText.isSame(made, tag)
        case .bcrypt(let prefix, let cost, let salt, let digest):
            // A password that bcrypt would cut off has no hash of this form; the work is done all the same.
            let fits = Bcrypt.fits(password)
            let phrase = fits ? password : Bcrypt.prehash(password, salt: salt)
            let hash = try Bcrypt.hash(phrase, setting: "$\(prefix)$\(HashText.twoDigits(cost))$\(salt)")
            return HashText.isSame(Array(hash.utf8.suffix(31)), Array(digest.utf8)) && fits
        case .bcryptSHA256(let cost, let salt, let digest):
            let phrase = Bcrypt.prehash(password, salt: salt)
            let hash = try Bcrypt.hash(phrase, setting: "$2b$\(HashText.twoDigits(cost))$\(salt)")
            return HashText.isSame(Array(hash.utf8.suffix(31)), Array(digest.utf8))
        case .scrypt(let hash): return try hash.matches(password)
        case .firebase(let hash): return try hash.matches(password)
        case .pbkdf2(let hash): return try hash.matches(password)
        case .shaCrypt(let hash): return try hash.matches(password)
        case .yescrypt(let hash): return try hash.matches(password)
        case .sha256Bcrypt(let cost, let salt, let digest):
            let phrase = Bcrypt.hexadecimalDigest(password)
            let hash = try Bcrypt.hash(phrase, setting: "$2b$\(HashText.twoDigits(cost))$\(salt)")
            return HashText.isSame(Array(hash.utf8.suffix(31)), Array(digest.utf8))
        case .saltedSHA(let hash): return hash.matches(password)
        }
    }

    private static func argon2Text(_ cost: Argon2id.Parameters, _ salt: [UInt8], _ tag: [UInt8]) -> String {
        "$v=19$m=\(cost.memory),t=\(cost.iterations),p=\(cost.parallelism)"
            + "$\(HashText.encode(salt))$\(HashText.encode(tag))"
    }

    private static func argon2(_ fields: [String]) -> (Argon2id.Parameters, [UInt8], [UInt8])? {
        guard fields.count == 6, fields[2] == "v=19",
            let cost = HashText.numbers(in: fields[3], named: ["m", "t", "p"]),
            argon2Bounds.memory.contains(cost[0]), argon2Bounds.iterations.contains(cost[1]),
            argon2Bounds.parallelism.contains(cost[2]), cost[0] >= 8 * cost[2],
            let salt = HashText.decode(fields[4]), (8...64).contains(salt.count),
            let tag = HashText.decode(fields[5]), (16...64).contains(tag.count)
        else { return nil }
        return (Argon2id.Parameters(memory: cost[0], iterations: cost[1], parallelism: cost[2]), salt, tag)
    }

    private static func bcrypt(_ fields: [String]) -> Self? {
        guard fields.count == 4, let cost = Int(fields[2]), fields[2] == HashText.twoDigits(cost),
            bcryptBounds.contains(cost), fields[3].utf8.count == 53, HashText.isCryptText(fields[3])
        else { return nil }
        return .bcrypt(
            prefix: fields[1], cost: cost, salt: String(fields[3].prefix(22)), digest: String(fields[3].suffix(31)))
    }

    private static func bcryptSHA256(_ fields: [String]) -> Self? {
        let settings = fields[2].split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 5, settings.count == 3, settings[0] == "v=2", settings[1] == "t=2b",
            let cost = HashText.numbers(in: settings[2], named: ["r"])?[0], bcryptBounds.contains(cost),
            fields[3].utf8.count == 22, HashText.isCryptText(fields[3]), fields[4].utf8.count == 31,
            HashText.isCryptText(fields[4])
        else { return nil }
        return .bcryptSHA256(cost: cost, salt: fields[3], digest: fields[4])
    }

    private static func sha256Bcrypt(_ fields: [String]) -> Self? {
        guard fields.count == 5,
            case .bcrypt(_, let cost, let salt, let digest)? = bcrypt(["", "2b", fields[2], fields[3] + fields[4]]),
            fields[3] == salt
        else { return nil }
        return .sha256Bcrypt(cost: cost, salt: salt, digest: digest)
    }
}
