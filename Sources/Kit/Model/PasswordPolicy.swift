/// What a new password must be: a length in code points, and not one that everybody tries first (OWASP ASVS 5.0, 6.2).
public struct PasswordPolicy: Sendable {
    /// The least number of code points.
    public let minimumLength: Int
    /// The greatest number of code points.
    public let maximumLength: Int
    private let isCommon: @Sendable (String) -> Bool

    /// States lengths in code points, and a test of the lower-cased password against a blocklist.
    public init(minimumLength: Int, maximumLength: Int, isCommon: @escaping @Sendable (String) -> Bool) {
        self.minimumLength = minimumLength
        self.maximumLength = maximumLength
        self.isCommon = isCommon
    }

    /// Why this password cannot be the named person's, or nil when it can.
    public func refusal(of password: Password, username: Username?, email: EmailAddress?) -> InputRefusal? {
        if password.length < minimumLength {
            return InputRefusal("too_short", "must have at least \(minimumLength) characters")
        }
        if password.length > maximumLength {
            return InputRefusal("too_long", "must have at most \(maximumLength) characters")
        }
        let folded = password.revealText().lowercased()
        // Names are stored with their ASCII letters folded alone, so both sides are folded here, alike.
        if folded == username?.text.lowercased() || folded == email?.text.lowercased() {
            return InputRefusal("too_personal", "must not be your own name or address")
        }
        return isCommon(folded) ? InputRefusal("too_common", "is among the passwords that are tried first") : nil
    }
}
