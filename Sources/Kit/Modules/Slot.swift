/// A place that modules fit into, and what they make for it.
public struct Slot<Product: Sendable>: Sendable {
    /// The slot's name, as diagnostics and documents use it.
    public let name: String
    /// What its modules do, as a sentence.
    public let summary: String

    /// Names a slot; made once, as a static member, so that each name has one product type.
    public init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}

extension Slot where Product == any Storage {
    /// `storage`.
    public static var storage: Self { Slot("storage", "Keeps accounts, sessions and keys.") }
}

extension Slot where Product == any PasswordHasher {
    /// `passwords`.
    public static var passwords: Self { Slot("passwords", "Hashes passwords, and says what a new one must be.") }
}

extension Slot where Product == any TokenIssuer {
    /// `tokens`.
    public static var tokens: Self { Slot("tokens", "Issues access tokens and checks them.") }
}

extension Slot where Product == any Mailer {
    /// `mail`.
    public static var mail: Self { Slot("mail", "Delivers mail.") }
}

extension Slot where Product == any RateLimiter {
    /// `limits`.
    public static var limits: Self { Slot("limits", "Keeps the counts of rate limits.") }
}
