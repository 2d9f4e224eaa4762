public import CoreMetrics
public import GatewayKit

/// Says what a request's credential is worth, from memory alone and without waiting.
///
/// `BearerCredential.swift` finds the token in the request, `KnownCredentials.swift` remembers whose signature was
/// good, `RevocationTable.swift` and `RevocationLog.swift` know what has ended before its time. `Issuers/` judges what
/// others have signed.
public struct CredentialCheck: Sendable {
    private let issuer: any TokenIssuer
    private let foreign: ForeignIssuers
    private let revocations: RevocationLog
    private let time: any TimeSource
    private let known: KnownCredentials
    private let sights: OutcomeCounter<Sight>

    /// What a sight of a credential came to, as operators see it counted.
    private enum Sight: String, CaseIterable {
        case none, known, new, bad, revoked, undecided
    }

    /// Takes the issuer of the tokens and the log of their revocations; remembers at most `capacity` tokens, or goes on
    /// with what a former check remembers, whose issuers judged as these do.
    public init(
        issuer: any TokenIssuer, foreign: ForeignIssuers = .none, revocations: RevocationLog, time: any TimeSource,
        capacity: Int = 20_000,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, remembering former: CredentialCheck? = nil
    ) {
        self.issuer = issuer
        self.foreign = foreign
        self.revocations = revocations
        self.time = time
        known = former?.known ?? KnownCredentials(capacity: capacity)
        sights = OutcomeCounter("auth_gateway_credential_checks_total", in: metrics)
    }

    /// How many tokens are remembered now.
    public var knownCount: Int { known.count }

    /// Judges the values of all Authorization fields of a request.
    public func check(authorization values: [String]) -> CredentialVerdict {
        let (verdict, sight) = look(at: BearerCredential(values))
        sights.count(sight)
        return verdict
    }

    /// Whose bearer token this is, where that is known and holds now; nil where ``check(authorization:)`` must look
    /// closer.
    public func known(bearer token: Span<UInt8>) -> Principal? {
        guard revocations.isFresh, let principal = known.principal(of: KnownCredentials.Digest(token)),
            time.now() < principal.expiresAt, case (.valid, let sight) = unlessRevoked(principal, .known)
        else { return nil }
        sights.count(sight)
        return principal
    }

    private func look(at credential: BearerCredential) -> (CredentialVerdict, Sight) {
        switch credential {
        case .none: (.none, .none)
        case .malformed(let reason): (.bad(reason: reason), .bad)
        case .token(let token): look(at: token)
        }
    }

    private func look(at token: Substring.UTF8View) -> (CredentialVerdict, Sight) {
        guard revocations.isFresh else { return (.cannotDecide, .undecided) }
        let digest = KnownCredentials.Digest(token)
        if let principal = known.principal(of: digest) {
            if time.now() < principal.expiresAt { return unlessRevoked(principal, .known) }
            known.forget(digest)
        }
        switch foreign.verdict(on: token) ?? CredentialVerdict(issuer.verify(token)) {
        case .valid(let principal):
            let (verdict, sight) = unlessRevoked(principal, .new)
            if case .valid = verdict { known.remember(principal, as: digest) }
            return (verdict, sight)
        case .cannotDecide: return (.cannotDecide, .undecided)
        case let verdict: return (verdict, .bad)
        }
    }

    /// At every sight, known or not: a revocation must never depend on what is remembered.
    private func unlessRevoked(_ principal: Principal, _ sight: Sight) -> (CredentialVerdict, Sight) {
        revocations.table.isRevoked(principal.endings) || !foreign.trust(principal.endings.foreignKey)
            ? (.bad(reason: "revoked"), .revoked) : (.valid(principal), sight)
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
