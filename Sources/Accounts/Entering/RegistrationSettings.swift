public import GatewayKit

/// Who may make an account (`registration`).
public struct RegistrationSettings: Hashable, Sendable {
    /// Whether anybody may.
    public var isOpen: Bool
    /// Whether addresses are to be confirmed.
    public var confirmation: Confirmation
    /// The domains that addresses may be of, in lower case; none: any.
    public var emailDomains: Set<String>

    /// Whether an address has to be confirmed by a mailed link (`registration.verify_email`).
    public enum Confirmation: String, CaseIterable, Sendable {
        /// Nobody is asked to.
        case off
        /// People are asked to, and can log in before.
        case optional
        /// There is no account before.
        case required
    }

    /// States every part.
    public init(isOpen: Bool, confirmation: Confirmation = .optional, emailDomains: Set<String> = []) {
        self.isOpen = isOpen
        self.confirmation = confirmation
        self.emailDomains = emailDomains
    }

    /// How the section is read.
    public static let settings = Settings<RegistrationSettings>.object(
        "Who may make an account.",
        Field(
            "open", .boolean, default: true, "Whether anybody may register; else accounts come from operators alone."),
        Field(
            "verify_email", .confirmation, default: "optional",
            "Whether people are asked to confirm their address by a mailed link: not at all (off), at any time "
                + "(optional), or before there is an account and a login (required)."),
        Field(
            "allowed_email_domains", .list(of: .emailDomain), default: [],
            "The domains that people's addresses must be of, each without the domains below it; none: any.")
    ) { RegistrationSettings(isOpen: $0, confirmation: $1, emailDomains: Set($2)) }

    /// Why an address will not do here; nil when it will.
    func refusal(of email: EmailAddress) -> InputRefusal? {
        guard !emailDomains.isEmpty, !emailDomains.contains(String(email.domain)) else { return nil }
        return InputRefusal("domain_not_allowed", "must be of a domain that this gateway takes")
    }
}

extension Settings where Value == RegistrationSettings.Confirmation {
    fileprivate static var confirmation: Self { .choice }
}

extension Settings where Value == String {
    /// What stands behind the @ of addresses.
    fileprivate static var emailDomain: Self {
        Settings<String>.text(noun: "a domain such as example.com", pattern: "^[A-Za-z0-9.-]+$").compactMap {
            text throws(InputRefusal) in
            do throws(InputRefusal) {
                return String(try EmailAddress("name@\(text)").domain)
            } catch {
                throw InputRefusal("invalid_domain", "expected a domain such as example.com")
            }
        }
    }
}
