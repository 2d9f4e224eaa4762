import GatewayJOSE
public import GatewayKit

/// The other issuers whose tokens are taken beside the gateway's own (`access.issuers`).
///
/// A `ForeignIssuer` judges what says that it is of it, by the key set of the moment in its `IssuerKeys`, which an
/// `IssuerKeyUpdates` keeps as new as the issuer's own.
public struct ForeignIssuers: Sendable {
    private let issuers: [ForeignIssuer]
    private let time: any TimeSource

    /// Takes issuers of which no two have one name.
    public init(_ issuers: [ForeignIssuer], time: any TimeSource) {
        self.issuers = issuers
        self.time = time
    }

    /// No other issuer.
    public static let none = ForeignIssuers([], time: SystemTime())

    /// What a token is worth that says that it is of one of these issuers; nil when it says anything else, which costs
    /// nothing where there are none.
    public func verdict(on token: some Collection<UInt8>) -> CredentialVerdict? {
        guard !issuers.isEmpty else { return nil }
        do throws(TokenRefusal) {
            let jws = try CompactJWS(token)
            let claims = try jws.claims()
            let issuer = claims.members["iss"]?.string.flatMap { name in issuers.first { $0.hasName(name) } }
            return issuer?.verdict(on: jws, claims, at: time.now())
        } catch {
            return nil  // What is no token is the own issuer's to refuse.
        }
    }

    /// How long ago each issuer's keys were last read, or since when they have not been.
    public var keyAges: [(issuer: String, age: Duration)] {
        issuers.map { ($0.terms.issuer, $0.keys.age(at: time.elapsed())) }
    }

    /// Whether the key that has signed what is remembered is shown by its issuer still; what is the gateway's own need
    /// not be.
    func trust(_ credential: Principal.Credential) -> Bool {
        guard case .foreignToken(let key) = credential else { return true }
        return issuers.contains { $0.hasName(key.issuer) && $0.keys.have(key) }
    }
}

/// A key of another issuer.
public struct ForeignKey: Hashable, Sendable {
    let issuer: String
    let fingerprint: String
}
