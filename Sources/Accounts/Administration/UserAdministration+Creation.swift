public import GatewayKit

extension UserAdministration {
    /// What an administrator states of a new account.
    public struct NewUser: Sendable {
        /// Its name.
        public var username: Username
        /// Its address.
        public var email: EmailAddress
        /// Its password; nil has its owner set one by a mailed link.
        public var password: Password?
        /// Its groups.
        public var groups: Set<GroupName>
        /// Whether the address is known to be its owner's.
        public var isEmailVerified: Bool

        /// States every part.
        public init(
            username: Username, email: EmailAddress, password: Password? = nil, groups: Set<GroupName> = [],
            isEmailVerified: Bool = false
        ) {
            self.username = username
            self.email = email
            self.password = password
            self.groups = groups
            self.isEmailVerified = isEmailVerified
        }
    }

    /// What became of making an account.
    public enum Creation: Sendable {
        /// The account is there.
        case created(Account)
        /// The password will not do.
        case passwordRefused(InputRefusal)
        /// The name belongs to someone, or did.
        case usernameTaken
        /// The address belongs to someone, or can be taken back by someone.
        case emailTaken
        /// Whoever asks is no administrator any more.
        case gone
    }

    /// Makes an account, and mails its owner a link that sets a password where none is stated; a taken name is reported
    /// before a taken address.
    public func create(_ user: NewUser, by someone: Administrator) async throws(AccountsError) -> Creation {
        if let password = user.password,
            let refusal = hasher.policy.refusal(of: password, username: user.username, email: user.email)
        {
            return .passwordRefused(refusal)
        }
        let now = time.now()
        let seen: Creation? = try await storage.look { records throws(StorageError) in
            guard try records.recognizes(someone) else { return .gone }
            return try records.taken(user, at: now)
        }
        if let seen { return seen }
        // One that nobody knows, where none is stated; a login with it costs what any login costs.
        let password = user.password ?? Password(OpaqueToken(from: random).reveal())
        let account = Account(
            id: AccountID(from: random), username: user.username, email: user.email,
            isEmailVerified: user.isEmailVerified, passwordHash: try await hasher.newHash(of: password),
            groups: user.groups.sorted(), createdAt: now)
        let token = OpaqueToken(from: random)
        let invitation = user.password == nil ? try letters.invitation(to: account, toSetPasswordBy: token) : nil
        let link = Link(token, .invite, of: account.id, at: account.email, from: now, for: Self.invitationLifetime)
        let creation: Creation = try await storage.commit { records throws(StorageError) in
            guard try records.recognizes(someone) else { return .gone }
            if let taken = try records.taken(user, at: now) { return taken }
            switch try records.accounts.insert(account) {
            case .stored: _ = try records.registrations.remove(user.username)
            case .usernameTaken: return .usernameTaken
            case .emailTaken: return .emailTaken
            case .missing: throw .broken(cause: Inconsistency(description: "a new account is missing"))
            }
            var facts = ["username": account.username.text, "groups": account.groups.commaSeparated]
            if account.isEmailVerified { facts["verified"] = "true" }
            if let invitation {
                try records.links.insert(link)
                try records.outbox.enqueue(invitation)
                facts["invited"] = "true"
            }
            try records.audit.append(
                someone.asOperator.event(.accountCreated, of: account.id, at: now, facts: facts))
            return .created(account)
        }
        if case .created = creation, invitation != nil { letters.outbox.signal.poke() }
        return creation
    }

    /// How long the link of an invitation works: nobody waits for it, as somebody does who has just asked for one.
    static let invitationLifetime = Duration.seconds(24 * 3600)
}

extension Records {
    /// What is seen to be taken of a new account; names of accounts that are no more are seen by the insertion alone.
    fileprivate func taken(
        _ user: UserAdministration.NewUser, at moment: Timestamp
    ) throws(StorageError) -> UserAdministration.Creation? {
        if try accounts.account(named: user.username) != nil { return .usernameTaken }
        return try isFree(user.email, for: nil, at: moment) ? nil : .emailTaken
    }
}
