public import CoreMetrics
public import GatewayKit

/// Says what a request's credential is worth, from memory wherever memory can tell.
///
/// `BearerCredential.swift` and `CookieCredential.swift` find it in the request. `KnownCredentials.swift` remembers by
/// their digests the tokens whose signature was good and what `StoredCredentials.swift` has read of others, which
/// `OpaqueCredentials.swift` judges. `RevocationTable.swift` and `RevocationLog.swift` know what has ended before its
/// time. `Issuers/` judges what others have signed.
public final class CredentialCheck: Sendable {
    private let issuer: any TokenIssuer
    private let foreign: ForeignIssuers
    private let revocations: RevocationLog
    private let cookieName: String
    private let time: any TimeSource
    private let known: KnownCredentials<Principal>
    private let opaque: OpaqueCredentials
    private let forgeries: ForgeryLimit
    private let sights: OutcomeCounter<CredentialSight>

    /// Takes the issuer of the tokens and those of others, the store that has API keys and the sessions of cookies, the
    /// log of revocations, and the name of the session cookie (see ``SessionCookie``); remembers at most `capacity`
    /// tokens and as many others, or goes on with what a former check remembers, whose issuers judged as these do.
    public init(
        issuer: any TokenIssuer, foreign: ForeignIssuers = .none, storage: any Storage, revocations: RevocationLog,
        cookieName: String, time: any TimeSource, capacity: Int = 20_000,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, remembering former: CredentialCheck? = nil
    ) {
        self.issuer = issuer
        self.foreign = foreign
        self.revocations = revocations
        self.cookieName = cookieName
        self.time = time
        known = former?.known ?? KnownCredentials(capacity: capacity)
        opaque = OpaqueCredentials(
            stored: StoredCredentials(storage: storage, lifetimes: issuer.lifetimes, time: time),
            revocations: revocations, time: time, capacity: capacity, remembering: former?.opaque)
        forgeries = former?.forgeries ?? ForgeryLimit(time: time)
        sights = OutcomeCounter("auth_gateway_credential_checks_total", in: metrics)
    }

    /// How many credentials are remembered now.
    public var knownCount: Int { known.count + opaque.count }

    /// Judges the values of all Authorization fields of a request that must show an access token: API keys are bad.
    public func check(authorization values: [String]) -> CredentialVerdict {
        switch BearerCredential(values) {
        case .none: count(.none, .none)
        case .malformed(let reason): count(.bad(reason: reason), .bad)
        case .apiKey: count(.bad(reason: "an API key in place of an access token"), .bad)
        case .token(let token): count(judge(token))
        }
    }

    /// Whose access token or API key this is, where that is known and holds now; nil where another check must look
    /// closer.
    public func known(bearer token: Span<UInt8>) -> Principal? {
        guard revocations.isFresh else { return nil }
        let digest = CredentialDigest(token)
        if let principal = known[digest], time.now() < principal.expiresAt,
            case .valid = unlessRevoked(principal, .known).verdict
        {
            return principal
        }
        return opaque.known(digest)
    }

    /// Whose session the cookie in the value of a request's one Cookie field is of, where that is known and holds now;
    /// nil where another check must look closer.
    public func known(cookies field: Span<UInt8>) -> Principal? {
        guard revocations.isFresh, case .one(let range) = CookieCredential.find(cookieName.utf8.span, in: field)
        else { return nil }
        return opaque.known(CredentialDigest(field.extracting(range)))
    }

    /// Counts a sight of a credential that was known, where nobody is to look closer.
    public func countKnown() { sights.count(.known) }

    /// Judges the values of all Authorization and Cookie fields of a request that may show an access token, an API key
    /// or the session cookie, without waiting; nil when only the store can tell, so that
    /// ``check(authorization:cookies:)`` must be asked.
    public func checkInMemory(
        authorization values: [String], cookies: [String], from client: IPAddress? = nil
    ) -> CredentialVerdict? {
        switch look(at: values, cookies, from: client) {
        case .judged(let judgement): count(judgement)
        case .opaque(_, let digest): opaque.judgeFromMemory(digest).map(count)
        }
    }

    /// The same, asking the store where memory cannot tell.
    ///
    /// Such reads are bounded: at most 64 at once, beyond which, as when the store's own queue is full, nobody can
    /// decide (503).
    public func check(
        authorization values: [String], cookies: [String], from client: IPAddress? = nil
    ) async -> CredentialVerdict {
        switch look(at: values, cookies, from: client) {
        case .judged(let judgement): count(judgement)
        case .opaque(let kind, let digest): count(await opaque.judge(kind, digest))
        }
    }

    /// Whose wrong signatures are counted.
    private enum Client {
        case whoever
        case at(IPAddress?)
    }

    private enum Look {
        case judged(OpaqueCredentials.Judgement)
        case opaque(StoredCredentials.Kind, CredentialDigest)
    }

    /// A bearer token, good or bad, beats the cookie; what the Authorization field holds of other schemes does not.
    private func look(at values: [String], _ cookies: [String], from client: IPAddress?) -> Look {
        switch BearerCredential(values) {
        case .malformed(let reason): return .judged((.bad(reason: reason), .bad))
        case .token(let token): return .judged(judge(token, of: .at(client)))
        case .apiKey(let key): return .opaque(.apiKey, CredentialDigest(key.span))
        case .none: break
        }
        return switch CookieCredential(cookies, named: cookieName) {
        case .none: .judged((.none, .none))
        case .malformed: .judged((.bad(reason: "a session cookie that was never set"), .bad))
        case .value(let value): .opaque(.cookie, CredentialDigest(value.span))
        }
    }

    private func judge(_ token: Substring.UTF8View, of client: Client = .whoever) -> OpaqueCredentials.Judgement {
        guard revocations.isFresh else { return (.cannotDecide, .undecided) }
        let digest = CredentialDigest(token.span)
        if let principal = known[digest] {
            if time.now() < principal.expiresAt { return unlessRevoked(principal, .known) }
            known.forget(digest)
        }
        if case .at(let address) = client, let wait = forgeries.wait(for: address) {
            return (.heldBack(for: wait), .heldBack)
        }
        switch foreign.verdict(on: token) ?? CredentialVerdict(issuer.verify(token)) {
        case .valid(let principal):
            let judgement = unlessRevoked(principal, .new)
            if case .valid = judgement.verdict { known.remember(principal, as: digest) }
            return judgement
        case .cannotDecide: return (.cannotDecide, .undecided)
        case let verdict:
            if case .at(let address) = client, verdict == .bad(reason: TokenVerdict.wrongSignature) {
                forgeries.note(address)
            }
            return (verdict, .bad)
        }
    }

    /// At every sight, known or not: a revocation must never depend on what is remembered.
    private func unlessRevoked(_ principal: Principal, _ sight: CredentialSight) -> OpaqueCredentials.Judgement {
        revocations.table.standing(of: principal) == .good && foreign.trust(principal.credential)
            ? (.valid(principal), sight) : (.bad(reason: "revoked"), .revoked)
    }

    private func count(_ verdict: CredentialVerdict, _ sight: CredentialSight) -> CredentialVerdict {
        sights.count(sight)
        return verdict
    }

    private func count(_ judgement: OpaqueCredentials.Judgement) -> CredentialVerdict {
        count(judgement.verdict, judgement.sight)
    }
}

extension CredentialVerdict {
    /// What the gateway's own issuer says.
    fileprivate init(_ verdict: TokenVerdict) {
        self =
            switch verdict {
            case .valid(let claims): .valid(Principal(claims))
            case .invalid(let reason): .bad(reason: reason)
            }
    }
}

/// What a sight of a credential came to, as operators see it counted.
enum CredentialSight: String, CaseIterable {
    case none, known, new, bad, revoked, undecided
    case heldBack = "held_back"
}
