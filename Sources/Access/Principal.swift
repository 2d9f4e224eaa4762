public import GatewayKit

/// Somebody whose credential is valid: one object for as long as it is known, for it is handed on at every sight.
public final class Principal: Sendable {
    /// The user's name; access rules that name users mean it.
    public let username: String
    /// The user's groups; access rules that name groups mean these.
    public let groups: [String]
    /// What the credential is, and what the revocation log may name of it.
    public let credential: Credential
    /// The account that it belongs to, at the version that it knows; nil for nobody's here.
    public let account: AccountVersion?
    /// When the credential ends by itself, or must be read again because the store alone knows whose it is.
    public let expiresAt: Timestamp
    /// What the application behind the proxy is told, ready to be sent.
    public let identity: IdentityHeaders

    /// What somebody shows.
    public enum Credential: Hashable, Sendable {
        /// One of the gateway's own access tokens, of a session, signed by a key.
        case accessToken(SessionID, signingKey: String?)
        /// A session's cookie.
        case cookie(SessionID)
        /// An API key, and the paths that it is for, as globs over the whole path; nil for all of them.
        case apiKey(String, scope: [PathPattern]?)
        /// A token of another issuer, by a key of theirs, which ends it when that issuer shows it no more.
        case foreignToken(ForeignKey)
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

    private init(
        _ username: String, _ groups: [String], _ credential: Credential, _ account: AccountVersion?,
        until expiresAt: Timestamp, _ identity: IdentityHeaders
    ) {
        self.username = username
        self.groups = groups
        self.credential = credential
        self.account = account
        self.expiresAt = expiresAt
        self.identity = identity
    }

    /// Prepares the fields of a checked access token of the gateway's own.
    public convenience init(_ claims: AccessClaims) {
        self.init(
            claims.username, claims.groups, .accessToken(claims.sessionID, signingKey: claims.keyID),
            AccountVersion(id: claims.accountID, version: claims.version), until: claims.expiresAt,
            IdentityHeaders(claims))
    }

    /// Prepares the fields of a checked token of another issuer: nobody's account here, and no address.
    convenience init(
        foreign name: String, subject: String, groups: [GroupName], expiresAt: Timestamp, key: ForeignKey
    ) {
        let groups = groups.map(\.text)
        let identity = IdentityHeaders(
            user: name, subject: subject, email: "", name: name, groups: groups.joined(separator: ","))
        self.init(name, groups, .foreignToken(key), nil, until: expiresAt, identity)
    }

    /// Somebody who shows an API key of an account, to be believed until a moment.
    convenience init(_ account: Account, showing key: APIKey, until end: Timestamp) {
        // A pattern that cannot be read is one for no path.
        let scope = key.scope.map { $0.patterns.compactMap { try? PathPattern($0) } }
        self.init(account, .apiKey(key.id, scope: scope), until: end)
    }

    /// Somebody whose browser shows a session of an account, to be believed until a moment.
    convenience init(_ account: Account, in session: Session, until end: Timestamp) {
        self.init(account, .cookie(session.id), until: end)
    }

    private convenience init(_ account: Account, _ credential: Credential, until end: Timestamp) {
        self.init(
            account.username.text, account.groups.map(\.text), credential,
            AccountVersion(id: account.id, version: account.version), until: end, IdentityHeaders(account))
    }

    /// The session that an access token of the gateway's own is of: the REST API takes no other credential.
    public var caller: AccountSession? {
        guard case .accessToken(let session, _) = credential, let account else { return nil }
        return AccountSession(sessionID: session, accountID: account.id)
    }

    /// The paths that the credential is for, as globs over the whole path; nil for all of them.
    public var pathScope: [PathPattern]? {
        guard case .apiKey(_, let scope) = credential else { return nil }
        return scope
    }
}

extension Principal: Hashable {
    /// Whether both are the same in every part.
    public static func == (left: Principal, right: Principal) -> Bool {
        left === right
            || (left.username, left.credential, left.account, left.expiresAt, left.identity)
                == (right.username, right.credential, right.account, right.expiresAt, right.identity)
                && left.groups == right.groups
    }

    /// Hashes what tells most of them apart.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(credential)
        hasher.combine(username)
    }
}
