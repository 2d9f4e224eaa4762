import GatewayKit

extension StoredHash {
    /// Takes a hash over that another system made, a text or an object as that system exports it; throws
    /// ``InputRefusal`` that holds nothing of it. `docs/users.md` lists the formats and their bounds.
    init(foreign: JSONValue) throws(InputRefusal) {
        let found: StoredHash? =
            switch foreign {
            case .string(let text): Self.read(text)
            case .object: foreign["base64_signer_key"] != nil ? Self(firebase: foreign) : Self(keycloak: foreign)
            default: throw InputRefusal("wrong_type", "must be a string, or an object of Keycloak or Firebase")
            }
        guard let found, found.isNoDearerThanALogin else {
            throw InputRefusal(
                "unsupported_hash",
                "is of a format that is not taken over, is damaged, or asks for more work than is allowed: "
                    + "docs/users.md lists formats and bounds")
        }
        self = found
    }

    /// Whether what both memory and passes come to is bounded too: of Argon2 256 MiB, and 1 GiB gone over in all.
    private var isNoDearerThanALogin: Bool {
        switch self {
        case .argon2id(let cost, _, _), .argon2i(let cost, _, _):
            cost.memory <= 262_144 && cost.memory * cost.iterations <= 1_048_576
        default: true
        }
    }

    private static let longestText = 1024

    private static func read(_ text: String) -> StoredHash? {
        guard text.utf8.count <= longestText else { return nil }
        if text.hasPrefix("{") { return Self(ldap: text) }
        if text.hasPrefix("$") { return Self(text) ?? Self(passlib: text) }
        return Self(django: text)
    }

    /// `{SSHA}` and base64 of digest and salt (RFC 2307, and OpenLDAP's pw-sha2), or a scheme and what crypt(3) writes.
    private init?(ldap text: String) {
        guard let end = text.firstIndex(of: "}") else { return nil }
        let (scheme, rest) = (text[..<end].dropFirst().uppercased(), String(text[text.index(after: end)...]))
        let digests: [String: SaltedSHAHash.Digest] = ["SSHA": .sha1, "SSHA256": .sha256, "SSHA512": .sha512]
        if let digest = digests[scheme] {
            guard let bytes = HashText.decodeLoosely(rest), bytes.count > digest.length,
                let hash = SaltedSHAHash(
                    digest, salt: Array(bytes[digest.length...]), tag: Array(bytes[..<digest.length]))
            else { return nil }
            self = .saltedSHA(hash)
        } else if scheme == "CRYPT" || scheme == "ARGON2" {
            self.init(rest)
        } else {
            return nil
        }
    }

    /// `$pbkdf2-sha256$29000$salt$tag`, with `.` for `+`.
    private init?(passlib text: String) {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        let digests: [Substring: PBKDF2Hash.Digest] = [
            "pbkdf2": .sha1, "pbkdf2-sha256": .sha256, "pbkdf2-sha512": .sha512,
        ]
        guard fields.count == 5, let digest = digests[fields[1]], let iterations = HashText.number(fields[2]),
            let salt = HashText.decodeLoosely(fields[3].replacing(".", with: "+")),
            let tag = HashText.decodeLoosely(fields[4].replacing(".", with: "+")),
            let hash = PBKDF2Hash(digest, iterations: iterations, salt: salt, tag: tag)
        else { return nil }
        self = .pbkdf2(hash)
    }

    /// `pbkdf2_sha256$iterations$salt$tag` and what else Django's hashers write; its salts are texts.
    private init?(django text: String) {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        switch (fields[0], fields.count) {
        case ("pbkdf2_sha256", 4), ("pbkdf2_sha1", 4):
            guard let iterations = HashText.number(fields[1]), let tag = HashText.decodeLoosely(fields[3]),
                let hash = PBKDF2Hash(
                    fields[0] == "pbkdf2_sha1" ? .sha1 : .sha256, iterations: iterations, salt: Array(fields[2].utf8),
                    tag: tag)
            else { return nil }
            self = .pbkdf2(hash)
        case ("scrypt", 6):
            guard let number = HashText.number(fields[1]), number > 1, number & (number - 1) == 0,
                let blockSize = HashText.number(fields[3]), let parallelism = HashText.number(fields[4]),
                let tag = HashText.decodeLoosely(fields[5]),
                let hash = ScryptHash(
                    cost: ScryptCost(
                        logarithm: number.trailingZeroBitCount, blockSize: blockSize, parallelism: parallelism),
                    salt: Array(fields[2].utf8), tag: tag)
            else { return nil }
            self = .scrypt(hash)
        case ("argon2", _): self.init(String(text.dropFirst("argon2".count)))
        case ("bcrypt", _): self.init(String(text.dropFirst("bcrypt$".count)))
        case ("bcrypt_sha256", _):
            // Nothing but hexadecimal digits goes into it, of which all variants of bcrypt make the same.
            guard
                case .bcrypt(_, let cost, let salt, let digest)? = Self(String(text.dropFirst("bcrypt_sha256$".count)))
            else { return nil }
            self = .sha256Bcrypt(cost: cost, salt: salt, digest: digest)
        default: return nil
        }
    }

    /// A user's `passwordHash` and `salt` of `firebase auth:export`, with the project's hash parameters.
    private init?(firebase object: JSONValue) {
        func bytes(_ key: String) -> [UInt8]? { object[key]?.string.flatMap { HashText.decodeLoosely($0) } }
        guard object["algorithm"]?.string ?? "SCRYPT" == "SCRYPT", let tag = bytes("passwordHash"),
            let salt = bytes("salt"), let key = bytes("base64_signer_key"), let blockSize = object["rounds"]?.integer,
            let separator = bytes("base64_salt_separator"), let logarithm = object["mem_cost"]?.integer,
            let hash = FirebaseHash(
                cost: ScryptCost(logarithm: Int(logarithm), blockSize: Int(blockSize), parallelism: 1), salt: salt,
                separator: separator, signerKey: key, tag: tag)
        else { return nil }
        self = .firebase(hash)
    }

    /// A credential of a realm's export, whose parts are texts of JSON.
    private init?(keycloak object: JSONValue) {
        func part(_ key: String) -> JSONValue? {
            object[key]?.string.flatMap { try? JSONValue(strictly: Array($0.utf8)) }
        }
        guard object["type"]?.string ?? "password" == "password", let secret = part("secretData"),
            let credential = part("credentialData"), let iterations = credential["hashIterations"]?.integer,
            let salt = secret["salt"]?.string.flatMap({ HashText.decodeLoosely($0) }),
            let tag = secret["value"]?.string.flatMap({ HashText.decodeLoosely($0) }),
            let algorithm = credential["algorithm"]?.string
        else { return nil }
        let digests: [String: PBKDF2Hash.Digest] = [
            "pbkdf2": .sha1, "pbkdf2-sha256": .sha256, "pbkdf2-sha512": .sha512,
        ]
        if let digest = digests[algorithm] {
            guard let hash = PBKDF2Hash(digest, iterations: Int(iterations), salt: salt, tag: tag) else { return nil }
            self = .pbkdf2(hash)
        } else if algorithm == "argon2", let parameters = credential["additionalParameters"] {
            func parameter(_ key: String) -> String { parameters[key]?.array?.first?.string ?? "" }
            guard parameter("version") == "1.3" else { return nil }
            // Read as a text, so that the bounds are those of every other hash of this format.
            self.init(
                "$argon2\(parameter("type"))$v=19$m=\(parameter("memory")),t=\(iterations),"
                    + "p=\(parameter("parallelism"))$\(HashText.encode(salt))$\(HashText.encode(tag))")
        } else {
            return nil
        }
    }
}
