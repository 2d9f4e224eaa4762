/// A signing key as the store keeps it: the private part sealed under the deployment's secret file.
public struct SigningKeyRecord: Hashable, Sendable {
    /// Where a key stands in its life.
    public enum State: String, Sendable {
        /// Shown to verifiers, not yet used to sign.
        case published
        /// The one that signs.
        case active
        /// Signs no more; shown until its last token has expired.
        case retired
    }

    /// The key's id, stated in tokens as `kid`.
    public var id: String
    /// The JWS algorithm, such as `ES256` (RFC 7518, section 3.1); it is the key's, never the header's.
    public var algorithm: String
    /// Where it stands in its life.
    public var state: State
    /// The private key, sealed with `kid` and algorithm authenticated.
    public var sealed: [UInt8]
    /// When it was made.
    public var createdAt: Timestamp
    /// When it began to sign.
    public var activatedAt: Timestamp?
    /// When it stopped signing.
    public var retiredAt: Timestamp?

    /// States every part.
    public init(
        id: String, algorithm: String, state: State, sealed: [UInt8], createdAt: Timestamp,
        activatedAt: Timestamp? = nil, retiredAt: Timestamp? = nil
    ) {
        self.id = id
        self.algorithm = algorithm
        self.state = state
        self.sealed = sealed
        self.createdAt = createdAt
        self.activatedAt = activatedAt
        self.retiredAt = retiredAt
    }
}
