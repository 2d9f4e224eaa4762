import GatewayKit

/// A password hash taken apart, in every format that this gateway verifies, its parameters within bounds.
enum StoredHash: Hashable, Sendable {
    /// `$argon2id$v=19$m=19456,t=2,p=1$salt$tag` (PHC string format).
    case argon2id(Argon2id.Parameters, salt: [UInt8], tag: [UInt8])
    /// `$2b$12$` and 53 characters; the prefix may be `2a` or `2y` in hashes that came from elsewhere.
    case bcrypt(prefix: String, cost: Int, salt: String, digest: String)
    /// `$bcrypt-sha256$v=2,t=2b,r=12$salt$digest` (passlib).
    case bcryptSHA256(cost: Int, salt: String, digest: String)

    /// What a stored argon2id hash may ask for; more would let whoever writes to the store exhaust the machine.
    static let argon2Bounds = (memory: 8...1_048_576, iterations: 1...32, parallelism: 1...16)
    /// The costs that a stored bcrypt hash may ask for.
    static let bcryptBounds = 4...16

    /// Takes a stored text apart, or nil for another format, a damaged text, or parameters out of bounds.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 4, parts[0].isEmpty else { return nil }
        switch parts[1] {
        case "argon2id": self.init(argon2id: parts)
        case "2a", "2b", "2y": self.init(bcrypt: parts)
        case "bcrypt-sha256": self.init(bcryptSHA256: parts)
        default: return nil
        }
    }

    /// The text as the store keeps it.
    var text: String {
        switch self {
        case .argon2id(let cost, let salt, let tag):
            "$argon2id$v=19$m=\(cost.memory),t=\(cost.iterations),p=\(cost.parallelism)"
                + "$\(Base64PHC.encode(salt))$\(Base64PHC.encode(tag))"
        case .bcrypt(let prefix, let cost, let salt, let digest): "$\(prefix)$\(twoDigits(cost))$\(salt)\(digest)"
        case .bcryptSHA256(let cost, let salt, let digest): "$bcrypt-sha256$v=2,t=2b,r=\(cost)$\(salt)$\(digest)"
        }
    }

    /// Whether it is this password's; always costs the whole hash. Throws ``HashingFailure``.
    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        switch self {
        case .argon2id(let parameters, let salt, let tag):
            return isSame(try Argon2id.tag(of: password, salt: salt, length: tag.count, parameters), tag)
        case .bcrypt(let prefix, let cost, let salt, let digest):
            // A password that bcrypt would cut off has no hash of this form; the work is done all the same.
            let fits = Bcrypt.fits(password)
            let phrase = fits ? password : Bcrypt.prehash(password, salt: salt)
            let hash = try Bcrypt.hash(phrase, setting: "$\(prefix)$\(twoDigits(cost))$\(salt)")
            return isSame(Array(hash.utf8.suffix(31)), Array(digest.utf8)) && fits
        case .bcryptSHA256(let cost, let salt, let digest):
            let phrase = Bcrypt.prehash(password, salt: salt)
            let hash = try Bcrypt.hash(phrase, setting: "$2b$\(twoDigits(cost))$\(salt)")
            return isSame(Array(hash.utf8.suffix(31)), Array(digest.utf8))
        }
    }

    private init?(argon2id parts: [String]) {
        guard parts.count == 6, parts[2] == "v=19", let cost = numbers(in: parts[3], named: ["m", "t", "p"]),
            Self.argon2Bounds.memory.contains(cost[0]), Self.argon2Bounds.iterations.contains(cost[1]),
            Self.argon2Bounds.parallelism.contains(cost[2]), cost[0] >= 8 * cost[2],
            let salt = Base64PHC.decode(parts[4]), (8...64).contains(salt.count),
            let tag = Base64PHC.decode(parts[5]), (16...64).contains(tag.count)
        else { return nil }
        let parameters = Argon2id.Parameters(memory: cost[0], iterations: cost[1], parallelism: cost[2])
        self = .argon2id(parameters, salt: salt, tag: tag)
    }

    private init?(bcrypt parts: [String]) {
        guard parts.count == 4, let cost = Int(parts[2]), parts[2] == twoDigits(cost),
            Self.bcryptBounds.contains(cost), parts[3].utf8.count == 53, isBcryptText(parts[3])
        else { return nil }
        self = .bcrypt(
            prefix: parts[1], cost: cost, salt: String(parts[3].prefix(22)), digest: String(parts[3].suffix(31)))
    }

    private init?(bcryptSHA256 parts: [String]) {
        let settings = parts[2].split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 5, settings.count == 3, settings[0] == "v=2", settings[1] == "t=2b",
            let cost = numbers(in: String(settings[2]), named: ["r"])?[0], Self.bcryptBounds.contains(cost),
            parts[3].utf8.count == 22, isBcryptText(parts[3]), parts[4].utf8.count == 31, isBcryptText(parts[4])
        else { return nil }
        self = .bcryptSHA256(cost: cost, salt: parts[3], digest: parts[4])
    }
}

/// The numbers of `m=19456,t=2,p=1`, whose names must stand in this order; decimal without leading zeros.
private func numbers(in text: String, named names: [String]) -> [Int]? {
    let fields = text.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == names.count else { return nil }
    let values = zip(fields, names).compactMap { field, name -> Int? in
        guard field.hasPrefix(name + "="), let number = Int(field.dropFirst(name.count + 1)) else { return nil }
        return field == "\(name)=\(number)" ? number : nil
    }
    return values.count == names.count ? values : nil
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

private func isBcryptText(_ text: String) -> Bool {
    let alphabet = Set("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    return text.utf8.allSatisfy(alphabet.contains)
}

/// Compares without telling by its time where the difference stands.
private func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}

/// Base64 with the ordinary alphabet and without padding, as PHC strings have it.
private enum Base64PHC {
    static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: Base64URL.encode(bytes).utf8.map(ordinary), as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(UInt8(ascii: "-")), !text.utf8.contains(UInt8(ascii: "_")) else { return nil }
        return Base64URL.decode(text.utf8.map(urlSafe))
    }

    private static func ordinary(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: byte
        }
    }

    private static func urlSafe(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: byte
        }
    }
}
