public import CoreMetrics
public import GatewayKit

/// All that can be done with accounts, each as a flow of its own: no HTTP, no SQL, no YAML.
///
/// `Entering/` has registration and login, `Guessing/` what guards and compares passwords, `Sessions/` what becomes of
/// a session, `Keys/` API keys, `Addresses/` the life of an address, `Changing/` what people do to their account,
/// `Administration/` what operators and administrators do, `Mail/` the outbox, `Upkeep/` the removal of what has
/// expired; beside this file lies what flows share, `AuditKinds.swift` and `AccountMeters.swift` with what operators see
/// of them.
///
/// A refusal that a caller expects is a value of the flow's own enumeration; ``AccountsError`` says what is broken.
public struct AccountFlows: Sendable {
    /// Makes accounts.
    public let registration: Registration
    /// Begins sessions.
    public let login: Login
    /// Exchanges refresh tokens.
    public let refresh: Refresh
    /// Ends sessions.
    public let logout: Logout
    /// Lists sessions, and ends single ones.
    public let sessions: SessionList
    /// Makes, lists and revokes API keys.
    public let keys: PersonalKeys
    /// Sets forgotten passwords.
    public let recovery: Recovery
    /// Confirms addresses.
    public let confirmation: AddressConfirmation
    /// Gives accounts other addresses.
    public let addressChange: AddressChange
    /// Shows and renames accounts.
    public let profile: Profile
    /// Changes known passwords.
    public let passwordChange: PasswordChange
    /// Deletes accounts.
    public let deletion: AccountDeletion
    /// What operators do at the command line.
    public let administration: Administration
    /// What administrators do over REST.
    public let users: UserAdministration
    /// Background work that keeps the times of failed logins alike; the caller runs it.
    public let paceSurvey: PaceSurvey

    /// Wires the flows.
    public init(roles: AccountRoles, settings: AccountSettings) {
        let (storage, hasher, issuer) = (roles.storage, roles.hasher, roles.issuer)
        let (time, random) = (roles.time, roles.random)
        let meters = AccountMeters(in: roles.metrics)
        let revoker = Revoker(follower: roles.follower)
        let letters = Letters(
            outbox: roles.outbox, links: settings.links, publicURL: roles.publicURL, time: time, random: random)
        let guesses = GuessGuard(
            limits: settings.login.guesses, exhaustion: .guessesExhausted, storage: storage, time: time)
        let requests = GuessGuard(
            limits: Recovery.requestLimits, exhaustion: .resetsExhausted, storage: storage, time: time)
        let confirmations = GuessGuard(
            limits: Recovery.requestLimits, exhaustion: .confirmationsExhausted, storage: storage, time: time)
        let pace = AnswerPace()
        paceSurvey = PaceSurvey(storage: storage, hasher: hasher, pace: pace, time: time, random: random)
        let check = PasswordCheck(hasher: hasher, guesses: guesses, pace: pace, time: time)
        let proof = OwnerProof(storage: storage, check: check, time: time, results: meters.proofs)
        let mails = { (limits: LoginSettings.Guesses) in
            GuessGuard(limits: limits, exhaustion: .confirmationsExhausted, storage: storage, time: time)
        }
        let pending = PendingRegistrations(
            storage: storage, letters: letters, settings: settings.registration, perClient: confirmations,
            perSite: mails(PendingRegistrations.siteLimits), perAddress: mails(PendingRegistrations.addressLimits),
            time: time, random: random)
        registration = Registration(
            settings: settings.registration, storage: storage, hasher: hasher, pending: pending, letters: letters,
            time: time, random: random, results: meters.registrations)
        login = Login(
            storage: storage, issuer: issuer, check: check, time: time, random: random,
            confirmation: settings.registration.confirmation, results: meters.logins)
        refresh = Refresh(
            storage: storage, issuer: issuer, revoker: revoker, time: time, random: random, results: meters.refreshes)
        logout = Logout(storage: storage, revoker: revoker, time: time)
        sessions = SessionList(storage: storage, lifetimes: issuer.lifetimes, revoker: revoker, time: time)
        keys = PersonalKeys(storage: storage, revoker: revoker, time: time, random: random)
        recovery = Recovery(
            storage: storage, hasher: hasher,
            link: LinkRequest(
                storage: storage, letters: letters, requests: requests, time: time, random: random,
                results: meters.resetRequests, purpose: .reset, lifetime: Recovery.linkLifetime,
                event: .resetRequested, isFor: { !$0.isDisabled },
                letter: { letters, account, token throws(AccountsError) in try letters.reset(to: account, with: token) }
            ), guesses: guesses, revoker: revoker, letters: letters, time: time, results: meters.resets)
        confirmation = AddressConfirmation(
            storage: storage,
            link: LinkRequest(
                storage: storage, letters: letters, requests: confirmations, time: time, random: random,
                results: meters.confirmationRequests, purpose: .verify, lifetime: AddressConfirmation.linkLifetime,
                event: .confirmationRequested, isFor: { !$0.isDisabled && !$0.isEmailVerified },
                letter: { letters, account, token throws(AccountsError) in
                    try letters.verify(account, by: token)
                }), registrations: pending, revoker: revoker, letters: letters, time: time, random: random,
            results: meters.confirmations)
        addressChange = AddressChange(
            settings: settings.registration, storage: storage, hasher: hasher, proof: proof, requests: confirmations,
            revoker: revoker, letters: letters, time: time, random: random)
        profile = Profile(storage: storage, time: time)
        passwordChange = PasswordChange(
            storage: storage, hasher: hasher, proof: proof, revoker: revoker, letters: letters, time: time)
        deletion = AccountDeletion(proof: proof, revoker: revoker, time: time)
        administration = Administration(
            storage: storage, hasher: hasher, outbox: roles.outbox, links: settings.links, publicURL: roles.publicURL,
            follower: roles.follower, time: time, random: random)
        users = UserAdministration(
            storage: storage, hasher: hasher, revoker: revoker, letters: letters, time: time, random: random)
    }
}

/// What flows work with.
public struct AccountRoles: Sendable {
    let storage: any Storage
    let hasher: any PasswordHasher
    let issuer: any TokenIssuer
    let follower: any RevocationFollower
    let outbox: Outbox
    let publicURL: PublicURL
    let time: any TimeSource
    let random: any RandomSource
    let metrics: any MetricsFactory

    /// States every part; ``NoFollower`` will do where no tokens are checked, and by default nothing is counted.
    public init(
        storage: any Storage, hasher: any PasswordHasher, issuer: any TokenIssuer, follower: any RevocationFollower,
        outbox: Outbox, publicURL: PublicURL, time: any TimeSource, random: any RandomSource,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        self.storage = storage
        self.hasher = hasher
        self.issuer = issuer
        self.follower = follower
        self.outbox = outbox
        self.publicURL = publicURL
        self.time = time
        self.random = random
        self.metrics = metrics
    }
}

/// The sections of the file that flows read.
public struct AccountSettings: Hashable, Sendable {
    /// `registration`.
    public var registration: RegistrationSettings
    /// `login`.
    public var login: LoginSettings
    /// `links`.
    public var links: LinkSettings

    /// States every part.
    public init(registration: RegistrationSettings, login: LoginSettings, links: LinkSettings) {
        self.registration = registration
        self.login = login
        self.links = links
    }
}
