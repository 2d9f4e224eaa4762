import Foundation
public import GatewayKit

/// Where mailed links lead (`links`).
public struct LinkSettings: Hashable, Sendable {
    /// The link that sets a new password.
    public var reset: LinkTemplate
    /// The link that confirms an address.
    public var verify: LinkTemplate
    /// The link that takes a changed address back.
    public var restore: LinkTemplate

    /// States every template.
    public init(reset: LinkTemplate, verify: LinkTemplate, restore: LinkTemplate) {
        self.reset = reset
        self.verify = verify
        self.restore = restore
    }

    /// Where links lead by default: to the gateway's own pages.
    public static let standard = LinkSettings(
        reset: .own("reset-password"), verify: .own("verify-email"), restore: .own("restore-email"))

    /// How the section is read.
    public static let settings = Settings<LinkSettings>.object(
        "Where mailed links lead.",
        Field(
            "reset", .linkTemplate, default: "{public_url}/auth/reset-password/{token}",
            "The link that sets a new password, with {token} where the token belongs and, if wanted, {public_url}."),
        Field(
            "verify", .linkTemplate, default: "{public_url}/auth/verify-email/{token}",
            "The link that confirms an address, likewise."),
        Field(
            "restore", .linkTemplate, default: "{public_url}/auth/restore-email/{token}",
            "The link by which whoever had an account's former address takes it back, likewise.")
    ) { LinkSettings(reset: $0, verify: $1, restore: $2) }
}

/// An address with a place for a token.
public struct LinkTemplate: Hashable, Sendable {
    private let text: String

    /// Takes an https URL, or an http one of localhost, that holds `{token}` once, outside its host, and may begin with
    /// `{public_url}`; throws an ``InputRefusal`` that says what would be right.
    public init(_ typed: String) throws(InputRefusal) {
        guard typed.components(separatedBy: "{token}").count == 2 else {
            throw InputRefusal("invalid_link_template", "must hold {token} once, where the token belongs")
        }
        let isOwn = typed.hasPrefix("{public_url}/")
        let url = (isOwn ? "https://localhost" + typed.dropFirst("{public_url}".count) : typed)
            .replacingOccurrences(of: "{token}", with: "token")
        guard url.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), !url.contains("{"), !url.contains("}"),
            let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host
        else {
            throw InputRefusal(
                "invalid_link_template", "must be a URL such as https://app.example.com/reset?token={token}")
        }
        guard let authority = typed.components(separatedBy: "{token}").first,
            isOwn || authority.count > scheme.count + 3,
            isOwn || authority.dropFirst(scheme.count + 3).contains("/")
        else { throw InputRefusal("invalid_link_template", "must hold {token} behind the host") }
        _ = try PublicURL("\(scheme)://\(host)")
        text = typed
    }

    private init(known text: String) { self.text = text }

    fileprivate static func own(_ page: String) -> Self { Self(known: "{public_url}/auth/\(page)/{token}") }

    /// The link with a token in its place.
    func link(carrying token: OpaqueToken, publicURL: PublicURL) -> String {
        text.replacingOccurrences(of: "{public_url}", with: publicURL.text)
            .replacingOccurrences(of: "{token}", with: token.reveal())
    }
}

extension Settings where Value == LinkTemplate {
    /// A URL with a place for a token.
    static var linkTemplate: Self {
        let root = "\\{public_url\\}/|https://[^/\\s]+/|\(Settings<PublicURL>.localPattern)"
        let pattern = "^(\(root))\\S*\\{token\\}\\S*$"
        return Settings<String>.text(noun: "a URL with {token} in it", pattern: pattern)
            .compactMap { text throws(InputRefusal) in try LinkTemplate(text) }
    }
}
