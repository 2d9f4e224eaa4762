/// The built-in blocklist: the 5,000 most common passwords of at least 8 characters, in lower case (NOTICE names the
/// source).
///
/// Shorter ones are refused by every policy already (OWASP ASVS 5.0, 6.2.4 asks for the top 3,000 that fit the policy).
enum CommonPasswords {
    /// Whether a lower-cased password is one of them.
    static func contains(_ folded: String) -> Bool { all.contains(folded) }

    /// All of them; read on first use.
    static let all = Set(
        PackageResources.common_passwords_txt.split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        })
}
