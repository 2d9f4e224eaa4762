public import GatewayKit

/// One rule of `access.rules`: what it is about, and who may pass.
public struct AccessRule: Hashable, Sendable {
    /// The hosts that it is about; none: any.
    public var hosts: [HostPattern]
    /// The paths that it is about; none: any.
    public var paths: [PathPattern]
    /// The methods that it is about; none: any.
    public var methods: [String]
    /// Where clients are that it is about; none: anywhere.
    public var networks: [IPNetwork]
    /// Who may pass.
    public var allowed: Allowance
    /// Where it stands in the file.
    public var position: ConfigPosition

    /// States every part.
    public init(
        hosts: [HostPattern] = [], paths: [PathPattern] = [], methods: [String] = [], networks: [IPNetwork] = [],
        allowed: Allowance, at position: ConfigPosition
    ) {
        self.hosts = hosts
        self.paths = paths
        self.methods = methods
        self.networks = networks
        self.allowed = allowed
        self.position = position
    }

    /// Whether it is about such a request.
    func matches(_ request: AccessRequest, path: [UInt8]) -> Bool {
        (hosts.isEmpty || hosts.contains { $0.matches(request.url.host) })
            && (paths.isEmpty || paths.contains { $0.matches(path) })
            && (methods.isEmpty || methods.contains(request.method))
            && (networks.isEmpty
                || request.clientAddress.map { client in networks.contains { $0.contains(client) } }
                    ?? false)
    }
}

/// Who may pass where a rule, or the default, decides.
public enum Allowance: Hashable, Sendable {
    /// Everybody, also without a credential, or with a bad one.
    case anyone
    /// Whoever has a valid credential.
    case authenticated
    /// Nobody at all.
    case nobody
    /// Members of one of these groups, and these users.
    case some(groups: Set<String>, users: Set<String>)

    func admits(_ principal: Principal) -> Bool {
        switch self {
        case .anyone, .authenticated: true
        case .nobody: false
        case .some(let groups, let users):
            users.contains(principal.username) || principal.groups.contains(where: groups.contains)
        }
    }
}

/// What a proxy asks about: a request as the rules see it.
public struct AccessRequest: Hashable, Sendable {
    /// The method, in capitals.
    public let method: String
    /// Where it wants to go.
    public let url: CanonicalURL
    /// Where the client is, as far as trusted proxies tell it.
    public let clientAddress: IPAddress?

    /// States every part.
    public init(method: String, url: CanonicalURL, clientAddress: IPAddress?) {
        self.method = method
        self.url = url
        self.clientAddress = clientAddress
    }

    /// States every part, the method as somebody says it; throws ``URLRefusal`` for one that is none.
    public init(checking method: String, url: CanonicalURL, clientAddress: IPAddress?) throws(URLRefusal) {
        guard Self.isMethod(method) else { throw URLRefusal("a method that is none") }
        self.init(method: method, url: url, clientAddress: clientAddress)
    }

    /// What a method looks like, as a regular expression: in capitals, as all that there are are spelled.
    static let methodPattern = "^[A-Z][A-Z-]{0,31}$"

    static func isMethod(_ text: String) -> Bool {
        let isCapital = { (byte: UInt8) in (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
        return text.utf8.count <= 32 && text.utf8.first.map(isCapital) ?? false
            && text.utf8.allSatisfy { isCapital($0) || $0 == UInt8(ascii: "-") }
    }
}
