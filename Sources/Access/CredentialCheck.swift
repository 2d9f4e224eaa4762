public import GatewayKit

/// Says what a request's credential is worth, from memory alone and without waiting.
///
/// `BearerCredential.swift` finds the token in the request, `KnownCredentials.swift` remembers whose signature was
/// good, `RevocationTable.swift` and `RevocationLog.swift` know what has ended before its time.
public struct CredentialCheck: Sendable {
    private let issuer: any TokenIssuer
    private let revocations: RevocationLog
    private let time: any TimeSource
    private let known: KnownCredentials

    /// Takes the issuer of the tokens and the log of their revocations; remembers at most `capacity` tokens.
    public init(
        issuer: any TokenIssuer, revocations: RevocationLog, time: any TimeSource, capacity: Int = 20_000
    ) {
        self.issuer = issuer
        self.revocations = revocations
        self.time = time
        known = KnownCredentials(capacity: capacity)
    }

    /// Judges the values of all Authorization fields of a request.
    public func check(authorization values: [String]) -> CredentialVerdict {
        switch BearerCredential(values) {
        case .none: .none
        case .malformed(let reason): .bad(reason: reason)
        case .token(let token): check(token)
        }
    }

    private func check(_ token: Substring.UTF8View) -> CredentialVerdict {
        guard revocations.isFresh else { return .cannotDecide }
        let digest = KnownCredentials.Digest(token)
        if let principal = known.principal(of: digest) {
            if time.now() < principal.claims.expiresAt { return unlessRevoked(principal) }
            known.forget(digest)
        }
        switch issuer.verify(token) {
        case .invalid(let reason):
            return .bad(reason: reason)
        case .valid(let claims):
            let principal = Principal(claims)
            let verdict = unlessRevoked(principal)
            if case .valid = verdict { known.remember(principal, as: digest) }
            return verdict
        }
    }

    /// At every sight, known or not: a revocation must never depend on what is remembered.
    private func unlessRevoked(_ principal: Principal) -> CredentialVerdict {
        revocations.table.isRevoked(principal.claims) ? .bad(reason: "revoked") : .valid(principal)
    }
}
