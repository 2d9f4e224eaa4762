public import GatewayKit

/// Somebody whose credential is valid.
public struct Principal: Hashable, Sendable {
    /// What the credential says, where it is one of the gateway's own access tokens: the REST API takes no other.
    public let claims: AccessClaims?
    /// The user's name; access rules that name users mean it.
    public let username: String
    /// The user's groups; access rules that name groups mean these.
    public let groups: [String]
    /// The paths that an API key is for, as globs over the whole path; nil for all of them.
    public let pathScope: [PathPattern]?
    /// When the credential ends by itself, or must be read again because the store alone knows whose it is.
    public let expiresAt: Timestamp
    /// What ends it sooner.
    public let endings: Endings
    /// What the application behind the proxy is told, ready to be sent.
    public let identity: IdentityHeaders

    /// What the revocation log may name of a credential: any of them ends it.
    public struct Endings: Hashable, Sendable {
        /// The session that it belongs to.
        public var session: SessionID?
        /// The account that it belongs to, and the account's version that it knows.
        public var account: AccountVersion?
        /// The API key that it is.
        public var apiKey: String?
        /// The key that signed it.
        public var signingKey: String?
        /// The key of another issuer that signed it, which ends it when that issuer shows it no more.
        public var foreignKey: ForeignKey?

        /// States every part; nil where the credential has none.
        public init(
            session: SessionID? = nil, account: AccountVersion? = nil, apiKey: String? = nil,
            signingKey: String? = nil
        ) {
            self.session = session
            self.account = account
            self.apiKey = apiKey
            self.signingKey = signingKey
        }
    }

    /// An account at one of its versions.
    public struct AccountVersion: Hashable, Sendable {
        /// The account.
        public let id: AccountID
        /// Its version.
        public let version: Int64

        /// States both.
        public init(id: AccountID, version: Int64) {
            self.id = id
            self.version = version
        }
    }

    /// Prepares the fields of a checked token of another issuer: nobody's account here, and no address.
    init(foreign name: String, subject: String, groups: [GroupName], expiresAt: Timestamp, key: ForeignKey) {
        claims = nil
        username = name
        self.groups = groups.map(\.text)
        self.expiresAt = expiresAt
        pathScope = nil
        var endings = Endings()
        endings.foreignKey = key
        self.endings = endings
        identity = IdentityHeaders(
            user: name, subject: subject, email: "", name: name, groups: self.groups.joined(separator: ","))
    }

    /// Prepares the fields of a checked access token of the gateway's own.
    public init(_ claims: AccessClaims) {
        self.claims = claims
        username = claims.username
        groups = claims.groups
        expiresAt = claims.expiresAt
        endings = Endings(
            session: claims.sessionID, account: AccountVersion(id: claims.accountID, version: claims.version),
            signingKey: claims.keyID)
        pathScope = nil
        identity = IdentityHeaders(claims)
    }

    /// Somebody who shows an API key of an account, to be believed until a moment.
    init(_ account: Account, showing key: APIKey, until end: Timestamp) {
        // A pattern that cannot be read is one for no path.
        let scope = key.scope.map { $0.patterns.compactMap { try? PathPattern($0) } }
        self.init(account, Endings(apiKey: key.id), scope, until: end)
    }

    /// Somebody whose browser shows a session of an account, to be believed until a moment.
    init(_ account: Account, in session: Session, until end: Timestamp) {
        self.init(account, Endings(session: session.id), nil, until: end)
    }

    private init(_ account: Account, _ endings: Endings, _ pathScope: [PathPattern]?, until end: Timestamp) {
        claims = nil
        username = account.username.text
        groups = account.groups.map(\.text)
        expiresAt = end
        var endings = endings
        endings.account = AccountVersion(id: account.id, version: account.version)
        self.endings = endings
        self.pathScope = pathScope
        identity = IdentityHeaders(account)
    }
}

/// What a request's credential is worth.
public enum CredentialVerdict: Hashable, Sendable {
    /// There is none.
    case none
    /// There is one that is not valid, for this reason; the reason is for logs and tools, never for the client.
    case bad(reason: String)
    /// It is valid now.
    case valid(Principal)
    /// What was revoked lately is not known here, so nobody can tell: say 503.
    case cannotDecide
    /// Whoever shows it has shown too many with a wrong signature, and has to wait: say 429.
    case heldBack(for: Duration)
}
