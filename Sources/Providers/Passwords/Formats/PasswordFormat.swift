/// How new hashes are made: a format with its cost.
enum PasswordFormat: Hashable, Sendable {
    /// Argon2id with these parameters.
    case argon2id(Argon2id.Parameters)
    /// bcrypt with that cost; above 72 bytes or with NUL pre-hashed.
    case bcrypt(cost: Int)

    /// The bytes of a salt.
    static let saltLength = 16
    private static let tagLength = 32

    /// A new hash; the salt has ``saltLength`` bytes. Throws ``HashingFailure``.
    func hash(_ password: [UInt8], salt: [UInt8]) throws(HashingFailure) -> StoredHash {
        switch self {
        case .argon2id(let parameters):
            let tag = try Argon2id.tag(of: password, salt: salt, length: Self.tagLength, parameters)
            return .argon2id(parameters, salt: salt, tag: tag)
        case .bcrypt(let cost):
            let setting = try Bcrypt.setting(cost: cost, salt: salt)
            let saltText = String(setting.suffix(22))
            guard !Bcrypt.fits(password) else {
                let digest = String(try Bcrypt.hash(password, setting: setting).suffix(31))
                return .bcrypt(prefix: "2b", cost: cost, salt: saltText, digest: digest)
            }
            let hash = try Bcrypt.hash(Bcrypt.prehash(password, salt: saltText), setting: setting)
            return .bcryptSHA256(cost: cost, salt: saltText, digest: String(hash.suffix(31)))
        }
    }

    /// A hash that no password has, as dear to verify as a real one and free to make.
    func nobody(salt: [UInt8]) throws(HashingFailure) -> StoredHash {
        switch self {
        case .argon2id(let parameters):
            return .argon2id(parameters, salt: salt, tag: [UInt8](repeating: 0, count: Self.tagLength))
        case .bcrypt(let cost):
            let salt = String(try Bcrypt.setting(cost: cost, salt: salt).suffix(22))
            return .bcrypt(prefix: "2b", cost: cost, salt: salt, digest: String(repeating: ".", count: 31))
        }
    }

    /// Whether a stored hash is one of this format that costs no more than a new one.
    func affords(_ hash: StoredHash) -> Bool {
        switch (self, hash) {
        case (.argon2id(let mine), .argon2id(let its, _, _)):
            its.memory <= mine.memory && its.iterations <= mine.iterations
        case (.bcrypt(let mine), .bcrypt(_, let its, _, _)): its <= mine
        default: false
        }
    }

    /// Whether a stored hash is weaker than what ``hash(_:salt:)`` would make now, or more than four times as dear, and
    /// wants to be replaced: every failed login waits for the dearest.
    ///
    /// Within a format it is when any one of its costs or lengths is below the present one. Less of one and more of
    /// another is a trade that nobody can weigh for all machines, so what the operator chose last decides. Lanes do not
    /// count, for they only divide the same work; nor does a prefix of bcrypt, `2a` or `2y`. Every format that this
    /// gateway does not write is weaker, whatever its cost.
    func outdates(_ hash: StoredHash) -> Bool {
        switch (self, hash) {
        case (.argon2id(let mine), .argon2id(let its, let salt, let tag)):
            its.memory < mine.memory || its.iterations < mine.iterations || salt.count < Self.saltLength
                || tag.count < Self.tagLength || its.memory * its.iterations > 4 * mine.memory * mine.iterations
        case (.bcrypt(let mine), .bcrypt(_, let its, _, _)), (.bcrypt(let mine), .bcryptSHA256(let its, _, _)):
            its < mine || its > mine + 2
        default: true
        }
    }
}
