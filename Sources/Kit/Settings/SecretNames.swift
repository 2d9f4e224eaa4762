/// Which keys hold what must not be shown: those declared as secrets, texts that are named like one, and, where a
/// declaration is known, every key that it does not have: a slip of the pen in `password` hides what it holds.
public struct SecretNames: Sendable {
    /// What is declared under each name, wherever it stands; nil when no declaration is known.
    private let declared: [String: Holding]?

    /// Judges keys by their names alone.
    public init() { declared = nil }

    /// Judges keys by what a configuration declares, and by their names.
    public init(root: ObjectShape, registry: ModuleRegistry) {
        var collected = Collected()
        collected.walk(.object(root))
        for module in registry.modules { collected.walk(module.shape) }
        declared = collected.holdings
    }

    /// Whether what stands under this key must not be shown, as far as it is a value and not a section. Numbers, words,
    /// quantities and paths are shown whatever their names.
    public func isSecret(_ key: some StringProtocol) -> Bool {
        guard let holding = declared?[String(key)] else { return SecretWords.resemble(key) }
        return holding.contains(.secret) || (holding.subtracting(.map) != .harmless && SecretWords.resemble(key))
    }

    /// Whether a declaration is known and has no such key anywhere.
    public func isUnknown(_ key: some StringProtocol) -> Bool { declared.map { $0[String(key)] == nil } ?? false }

    /// Whether a setting of this name is a map, whose own keys are free.
    public func isMap(_ key: some StringProtocol) -> Bool {
        guard let holding = declared?[String(key)] else { return false }
        return holding.contains(.map)
    }

    /// Whether every setting of this name is a section, or a list of them, so that its inner keys speak for themselves.
    public func isSection(_ key: some StringProtocol) -> Bool { declared?[String(key)]?.subtracting(.map) == .section }

    /// What the settings of one name are, all together.
    private struct Holding: OptionSet {
        let rawValue: Int

        static let secret = Holding(rawValue: 1)
        static let text = Holding(rawValue: 2)
        static let section = Holding(rawValue: 4)
        static let harmless = Holding(rawValue: 8)
        static let map = Holding(rawValue: 16)

        init(rawValue: Int) { self.rawValue = rawValue }

        init(_ shape: SettingShape) {
            switch shape {
            case .object, .module: self = .section
            case .list(let item, _): self = Holding(item)
            case .map(let item): self = Holding(item).union(.map)
            case .either(let shapes):
                let all = shapes.reduce(into: Holding()) { $0.formUnion(Holding($1)) }
                // A word instead of a section is no secret either.
                self = all == [.section, .harmless] ? .section : all
            case .scalar(let scalar): self = scalar.isSecret ? .secret : scalar.isText ? .text : .harmless
            }
        }
    }

    private struct Collected {
        var holdings: [String: Holding] = ["use": .harmless]

        mutating func walk(_ shape: SettingShape) {
            switch shape {
            case .scalar, .module: break
            case .list(let item, _), .map(let item): walk(item)
            case .either(let shapes): for shape in shapes { walk(shape) }
            case .object(let object):
                for field in object.fields {
                    for name in [field.name, field.formerName].compactMap(\.self) {
                        holdings[name, default: []].formUnion(Holding(field.shape))
                    }
                    walk(field.shape)
                }
            }
        }
    }
}

/// The words by which people call secrets.
enum SecretWords {
    private static let parts = [
        "password", "passwort", "passwd", "passphrase", "secret", "token", "key", "credential", "private", "bearer",
    ]
    private static let wholes: Set<Substring> = ["pass", "pwd", "psw", "pw", "auth", "cred", "creds", "pin", "otp"]
    private static let misspelt = ["password", "passphrase", "secret", "token", "credential", "private"]

    /// Whether a name is like that of a secret: holds such a word, or one that is a slip away from it, or two from a
    /// long one.
    static func resemble(_ name: some StringProtocol) -> Bool {
        let folded = name.lowercased()
        if parts.contains(where: { folded.contains($0) }) { return true }
        return folded.split { !$0.isLetter }.contains { word in
            wholes.contains(word) || misspelt.contains { isMisspelt(word, of: $0) }
        }
    }

    private static func isMisspelt(_ word: Substring, of secret: String) -> Bool {
        let slips = secret.count > 6 ? 2 : 1
        guard abs(word.count - secret.count) <= slips else { return false }
        return Suggestion.edits(from: Array(word), to: Array(secret)) <= slips
    }
}
