import Crypto

/// The deployment's own keys (`server.secret_file`): seals what the store must not hold in clear, with AES-256-GCM. The
/// first key seals, every key opens.
public struct SecretKeyring: Equatable, Sendable {
    private let keys: [(id: String, key: SymmetricKey)]

    /// Takes keys of 32 bytes by their ids, at least one, the sealing one first; ids have 1 to 255 bytes.
    public init(_ keys: [(id: String, key: Secret<[UInt8]>)]) {
        precondition(!keys.isEmpty, "a keyring has at least one key")
        precondition(keys.allSatisfy { (1...255).contains($0.id.utf8.count) }, "a key's id has 1 to 255 bytes")
        self.keys = keys.map { ($0.id, SymmetricKey(data: $0.key.reveal())) }
    }

    /// Whether both have the same keys in the same order.
    public static func == (left: Self, right: Self) -> Bool {
        left.keys.elementsEqual(right.keys) { $0.id == $1.id && $0.key == $1.key }
    }

    /// Seals bytes; `purpose` is authenticated with them, so that what was sealed as one thing cannot stand for
    /// another. The result is a length byte, the key's id, a 12-byte nonce, the ciphertext and a 16-byte tag.
    public func seal(_ bytes: [UInt8], for purpose: String) throws -> [UInt8] {
        let (id, key) = keys[0]
        let box = try AES.GCM.seal(bytes, using: key, authenticating: Array("\(id)\n\(purpose)".utf8))
        guard let combined = box.combined else { throw SealError.unreadable }
        return [UInt8(id.utf8.count)] + Array(id.utf8) + Array(combined)
    }

    /// What was sealed with another key than the first, sealed with the first; nil when the first has sealed it. Throws
    /// ``SealError`` for what cannot be opened, whichever key sealed it.
    public func resealed(_ sealed: [UInt8], for purpose: String) throws(SealError) -> [UInt8]? {
        let bytes = try open(sealed, for: purpose)
        guard Self.sealingID(of: sealed) != keys[0].id else { return nil }
        do { return try seal(bytes, for: purpose) } catch { throw .unreadable }
    }

    /// The id of the key that sealed something, as it says itself; nil for what was never sealed.
    public static func sealingID(of sealed: [UInt8]) -> String? {
        // A damaged row may begin with any byte, 0 too, which no id's length is.
        guard let length = sealed.first.map(Int.init), length > 0, sealed.count > length else { return nil }
        return String(decoding: sealed[1...length], as: UTF8.self)
    }

    /// Opens what ``seal(_:for:)`` made for the same purpose; throws ``SealError``.
    public func open(_ sealed: [UInt8], for purpose: String) throws(SealError) -> [UInt8] {
        guard let id = Self.sealingID(of: sealed) else { throw .unreadable }
        guard let key = keys.first(where: { $0.id == id })?.key else { throw .unknownKey(id: id) }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed[(Int(sealed[0]) + 1)...])
            return Array(try AES.GCM.open(box, using: key, authenticating: Array("\(id)\n\(purpose)".utf8)))
        } catch {
            throw .unreadable
        }
    }
}

/// Why something sealed cannot be opened.
public enum SealError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It was sealed with a key that the secret file no longer has.
    case unknownKey(id: String)
    /// It is damaged, was sealed for another purpose, or the key of that id is not the one that sealed it.
    case unreadable

    public var description: String {
        switch self {
        case .unknownKey(let id): "server.secret_file does not fit, it has no key '\(id)'"
        case .unreadable: "server.secret_file does not fit, or it is damaged"
        }
    }
}

/// What became of sealing things again with the secret file's first key.
public struct Resealing: Hashable, Sendable {
    /// How many were sealed with another key before.
    public var resealed = 0
    /// How many the first key had sealed already.
    public var kept = 0
    /// What cannot be opened, each in words; it was left as it is.
    public var unopened: [String] = []

    /// Nothing yet.
    public init() {}

    /// Both together.
    public static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.resealed += right.resealed
        sum.kept += right.kept
        sum.unopened += right.unopened
        return sum
    }
}
