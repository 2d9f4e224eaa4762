public import GatewayKit

/// The file's `access` section.
public struct AccessSettings: Sendable {
    /// Where a browser without a credential is sent.
    public let login: LoginPage
    /// The rules, and who may pass where none matches.
    public let policy: AccessPolicy
    /// How long a node may answer since it last read the revocation log to its end.
    public let staleAfter: Duration
    /// What the rules are meant to come to.
    public let tests: [AccessTest]
    /// The other issuers whose tokens are taken.
    public let issuers: [IssuerSettings]

    /// States every part.
    public init(
        login: LoginPage = LoginPage(url: nil),
        policy: AccessPolicy = AccessPolicy(rules: AccessRules([]), standard: .authenticated),
        staleAfter: Duration = .seconds(30), tests: [AccessTest] = [], issuers: [IssuerSettings] = []
    ) {
        self.login = login
        self.policy = policy
        self.staleAfter = staleAfter
        self.tests = tests
        self.issuers = issuers
    }

    /// The section as it is declared.
    public static let settings = Settings<AccessSettings>.object(
        "Who may pass where a reverse proxy asks.",
        Field(
            "login_url", .loginPage, default: "",
            "Where a browser without a credential is sent, with the wanted URL as rd; empty for nowhere."),
        Field(
            "default", Settings<AllowedWord>.choice, default: "authenticated",
            "Who may pass where no rule matches: anyone, authenticated or nobody."),
        Field(
            "rules", .list(of: .accessRule), default: [],
            "Who may pass where; the first that matches decides."),
        Field(
            "stale_after", .duration(.seconds(1) ... .seconds(3600)), default: "30s",
            "How long since the revocation log was last read to its end credentials are still judged."),
        Field(
            "tests", .list(of: AccessTest.settings), default: [],
            "What the rules are meant to come to; a file that fails its own tests is not used."),
        Field("issuers", IssuerSettings.list, default: [], "Other issuers whose tokens open /auth/verify.")
    ) { login, standard, rules, staleAfter, tests, issuers in
        AccessSettings(
            login: login, policy: AccessPolicy(rules: AccessRules(rules), standard: standard.allowance),
            staleAfter: staleAfter, tests: tests, issuers: issuers)
    }
}

/// Where a browser without a credential is sent (`access.login_url`).
public struct LoginPage: Hashable, Sendable {
    /// The page's URL as it stands in the file; nil where there is none.
    public let url: String?

    /// Takes it, or nothing.
    public init(url: String?) { self.url = url }

    /// Where a browser is sent that wanted a URL, which the page finds in `rd` (percent-encoded); nil where there is
    /// no page.
    public func address(for wanted: String) -> String? {
        guard let url else { return nil }
        let mark = url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return url + mark + "rd=" + wanted.percentEncoded { Self.unreserved.contains($0) }
    }

    /// RFC 3986, section 2.3.
    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
}

/// The words that a rule, or the default, may say.
private enum AllowedWord: String, CaseIterable {
    case anyone, authenticated, nobody

    var allowance: Allowance {
        switch self {
        case .anyone: .anyone
        case .authenticated: .authenticated
        case .nobody: .nobody
        }
    }
}

extension Settings where Value == LoginPage {
    /// An https URL, an http one of localhost, or nothing.
    fileprivate static var loginPage: Self {
        let shape = ScalarShape(
            .string(pattern: "^(https://[^\\s#]+|\(Settings<PublicURL>.localPattern)[^\\s#]*)?$"),
            noun: "a URL such as https://auth.example.com/login, or an empty text")
        return .parsed(shape) { text in
            guard !text.isEmpty else { return LoginPage(url: nil) }
            let bare = text.prefix { $0 != "?" }
            guard !text.utf8.contains(UInt8(ascii: "#")), text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }),
                (try? PublicURL(String(bare))) != nil
            else { return nil }
            return LoginPage(url: text)
        }
    }
}

extension Settings where Value == AccessRule {
    /// One rule, which remembers where it stands.
    fileprivate static var accessRule: Self {
        Settings<AccessRule>.object(
            "What the rule is about, and who may pass.",
            Field(
                "host", .oneOrMore(of: .hostPattern), default: [],
                "The hosts that it is about, *.example.com for all below one; none: any."),
            Field(
                "path", .oneOrMore(of: .pathPattern), default: [],
                "The paths that it is about: * within a segment, ** across; none: any."),
            Field("methods", .list(of: .method), default: [], "The methods that it is about; none: any."),
            Field(
                "networks", .list(of: .network), default: [],
                "Where clients are that it is about; none: anywhere."),
            Field("allow", .allowance, required: "Who may pass: anyone, authenticated, nobody, or groups and users.")
        ) { AccessRule(hosts: $0, paths: $1, methods: $2, networks: $3, allowed: $4, at: .none) }
        .keepingPosition(in: \.position)
    }
}

extension Settings where Value == Allowance {
    fileprivate static var allowance: Self {
        .either(
            Settings<AllowedWord>.choice.map(\.allowance),
            Settings<Allowance>.object(
                "Members of some groups, and some users.",
                Field("groups", .list(of: .groupName), default: [], "Groups of which one is enough."),
                Field("users", .list(of: .string), default: [], "Users by their names.")
            ) { .some(groups: Set($0), users: Set($1)) }.checked("names neither groups nor users: write nobody") {
                $0 != .some(groups: [], users: [])
            })
    }
}

extension Settings {
    /// The same setting, whose value remembers where it stands.
    func keepingPosition(in place: any WritableKeyPath<Value, ConfigPosition> & Sendable) -> Self {
        Settings(shape: shape) { node, reading in
            guard var value = read(node, in: &reading) else { return nil }
            value[keyPath: place] = node.position
            return value
        }
    }

    /// One, or a list of them.
    fileprivate static func oneOrMore<Item>(of item: Settings<Item>) -> Settings<[Item]> where Value == [Item] {
        .either(item.map { [$0] }, .list(of: item))
    }
}

extension Settings where Value == HostPattern {
    fileprivate static var hostPattern: Self {
        Settings<String>.text(noun: "a host such as app.example.com or *.example.com").pattern(HostPattern.init)
    }
}

extension Settings where Value == PathPattern {
    fileprivate static var pathPattern: Self {
        Settings<String>.text(noun: "a path such as /public/**", pattern: "^/").pattern(PathPattern.init)
    }
}

extension Settings where Value == String {
    fileprivate func pattern<Pattern>(
        _ make: @escaping @Sendable (String) throws(PatternRefusal) -> Pattern
    ) -> Settings<Pattern> {
        compactMap { text throws(InputRefusal) in
            do throws(PatternRefusal) {
                return try make(text)
            } catch {
                throw InputRefusal("invalid_pattern", error.reason)
            }
        }
    }

    static var groupName: Self {
        Settings<String>.text(noun: "a group", pattern: "^[a-z0-9._-]{1,64}$")
            .compactMap { text throws(InputRefusal) in try GroupName(text).text }
    }

    /// A method in capitals.
    static var method: Self {
        .parsed(
            ScalarShape(.string(pattern: AccessRequest.methodPattern), noun: "a method such as GET"),
            hint: { $0.uppercased() == $0 ? nil : ", did you mean '\($0.uppercased())'?" }
        ) { text in
            AccessRequest.isMethod(text) ? text : nil
        }
    }
}
