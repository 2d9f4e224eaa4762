import Foundation
public import GatewayJOSE
public import GatewayKit

/// Another issuer whose tokens are taken: one item of `access.issuers`.
public struct IssuerSettings: Hashable, Sendable {
    /// Where its keys are.
    public enum KeySource: Hashable, Sendable {
        /// An https URL.
        case url(String)
        /// A path of the file.
        case file(String)
    }

    /// Its name.
    public let issuer: String
    /// Of which its tokens must name one.
    public let audience: [String]
    /// Where its keys are.
    public let keys: KeySource
    /// What its keys may be for.
    public let algorithms: [JWSAlgorithm]
    /// What stands before its users' names and ids.
    public let prefix: String
    /// Its groups that count, each with its name here.
    public let groups: [String: GroupName]
    let claims: Claims

    /// Which claims say what.
    struct Claims: Hashable, Sendable {
        let username: String
        let groups: String

        static let settings = Settings<Claims>.object(
            "Which claims of its tokens say what.",
            Field(
                "username", .string, default: "sub",
                "The claim that names the user; of its values, no two people may ever have the same."),
            Field("groups", .string, default: "groups", "The claim that lists the user's groups.")
        ) { username, groups in Claims(username: username, groups: groups) }
    }

    static let settings = Settings<IssuerSettings>.object(
        "An issuer whose tokens open /auth/verify beside the gateway's own, and never the REST API.",
        Field("issuer", .string, required: "What `iss` of its tokens is, to the byte."),
        Field(
            "audience",
            .either(
                Settings<String>.string.map { [$0] },
                .list(of: .string, notEmpty: "must name at least one audience")),
            required: "What `aud` of its tokens must name, or several of which one will do."),
        Field(
            "jwks", keySource,
            required: "Its key set: an https URL, or a file. Each key must state its `alg`; an unfit one refuses all."),
        Field(
            "algorithms",
            .list(of: Settings<JWSAlgorithm>.choice, notEmpty: "must name at least one algorithm"),
            default: .list(
                JWSAlgorithm.allCases.filter { !$0.isSymmetric }.map { ConfigLiteral.scalar($0.rawValue) }),
            "What its keys may be for; those of HMAC (HS256 to HS512) are taken from a file alone."),
        Field(
            "prefix", .text(noun: "a text", pattern: "^[!-~]{1,64}$").checked(prefixRule, isPrefix),
            required: "What stands before its users' names and ids, so that none is taken for an account of here."),
        Field("claims", Claims.settings, default: [:], "Which claims of its tokens say what."),
        Field(
            "groups", .map(of: groupName), default: [:],
            "Its groups that count, each with its name here; the others are left out.")
    ) { issuer, audience, keys, algorithms, prefix, claims, groups in
        IssuerSettings(
            issuer: issuer, audience: audience, keys: keys, algorithms: algorithms, prefix: prefix, groups: groups,
            claims: claims)
    }
    .checked("algorithms of HMAC (HS256 to HS512) need a jwks that is a file") { settings in
        if case .file = settings.keys { true } else { !settings.algorithms.contains(where: \.isSymmetric) }
    }

    /// The whole list; nobody could tell which of two with one name is meant.
    static let list = Settings<[IssuerSettings]>.list(of: settings).checked("two of them are the same issuer") { list in
        Set(list.map { Array($0.issuer.utf8) }).count == list.count
    }

    /// What its tokens are taken for.
    public var terms: ForeignIssuer.Terms {
        ForeignIssuer.Terms(
            issuer: issuer, audience: audience, algorithms: Set(algorithms), prefix: prefix,
            usernameClaim: claims.username, groupsClaim: claims.groups, groups: groups)
    }

    private static let groupName = Settings<String>.string.compactMap { typed throws(InputRefusal) in
        try GroupName(typed)
    }

    private static let prefixRule = "must be 1 to 64 printable characters of ASCII"

    private static func isPrefix(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    /// A URL is told from a path by its `://`.
    private static let keySource = Settings<String>.text(
        noun: "a path or an https URL", pattern: "^(https://|(?!.*://))"
    )
    .compactMap { text throws(InputRefusal) -> KeySource in
        guard text.contains("://") else {
            guard !text.utf8.contains(0) else { throw InputRefusal("invalid_path", "must be a path") }
            return .file(text)
        }
        guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), let parts = URLComponents(string: text),
            parts.scheme?.lowercased() == "https", let host = parts.host, !host.isEmpty
        else { throw InputRefusal("invalid_url", "must be an https URL such as https://example.com, or a path") }
        guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
            throw InputRefusal("invalid_url", "must have no user, password or fragment")
        }
        return .url(text)
    }
}
