import Foundation

/// A password as someone typed it, normalised to NFC so that every keyboard's spelling of it is one (NIST SP 800-63B-4,
/// section 3.1.1.2).
public struct Password: Sendable {
    private let text: Secret<String>

    /// Takes a typed password; any Unicode text will do.
    public init(_ typed: String) { text = Secret(typed.precomposedStringWithCanonicalMapping) }

    /// The password's UTF-8 bytes, for the hash alone.
    public func reveal() -> [UInt8] { Array(text.reveal().utf8) }

    /// The password as text, for comparison with a blocklist alone.
    public func revealText() -> String { text.reveal() }

    /// Its length in Unicode code points, which is what limits count.
    public var length: Int { text.reveal().unicodeScalars.count }
}

/// A stored password hash in PHC or modular-crypt form; never printed.
public struct PasswordHash: Hashable, Sendable {
    /// How many characters at the beginning of a hash's text say its kind: its format, and with bcrypt its cost too.
    public static let kindLength = 7

    /// What an account has that was never given a password: no password is the one of this hash.
    public static let noPassword = PasswordHash("*")

    private let text: Secret<String>

    /// Takes a hash as a hasher wrote it or a store keeps it; nothing is checked.
    public init(_ text: String) { self.text = Secret(text) }

    /// The hash's text, for the store and the hasher alone.
    public func reveal() -> String { text.reveal() }
}
