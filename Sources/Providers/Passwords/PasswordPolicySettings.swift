import GatewayKit

/// What a new password must be: the `policy` key of every password module.
enum PasswordPolicySettings {
    private enum Blocklist: String, CaseIterable, Sendable {
        case builtin, none
    }

    /// The key itself.
    static let field = Field("policy", settings, default: [:], "What a new password must be.")

    private static let settings = Settings<PasswordPolicy>.object(
        "What a new password must be.",
        Field(
            "min_length", .integer(8...64), default: 8,
            "The least number of characters, in Unicode code points; NIST advises 15 where a password stands alone."
        ),
        Field(
            "max_length", .integer(64...4096), default: 256,
            "The greatest number of characters, counted in Unicode code points."),
        Field(
            "blocklist", Settings<Blocklist>.choice, default: "builtin",
            "Which passwords are too common: those of the built-in list, or none.")
    ) { minimum, maximum, blocklist in
        PasswordPolicy(minimumLength: minimum, maximumLength: maximum) { folded in
            blocklist == .builtin && CommonPasswords.contains(folded)
        }
    }
}
