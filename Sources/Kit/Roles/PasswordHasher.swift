/// Hashes passwords, slowly on purpose, away from the threads that answer requests.
/// `PasswordHasherConformance` in TestKit is what an implementation must pass.
public protocol PasswordHasher: Sendable {
    /// What a new password must be.
    var policy: PasswordPolicy { get }

    /// A new hash of a password with the present settings and a fresh salt; throws ``PasswordHasherError``.
    func hash(_ password: Password) async throws(PasswordHasherError) -> PasswordHash

    /// Whether a password is the one of a stored hash, of whatever format; throws ``PasswordHasherError``.
    func verify(_ password: Password, against hash: PasswordHash) async throws(PasswordHasherError) -> PasswordVerdict

    /// Costs what a verification with the present settings costs and knows nobody: for names that do not exist.
    func verifyNobody(_ password: Password) async throws(PasswordHasherError)

    /// What ``verify(_:against:)`` finds, and the work of ``verifyNobody(_:)`` besides: for a hash that costs so little
    /// that its owner could be told by it. A hasher with a queue does both in one turn, as for any other; one that
    /// states nothing does one after the other.
    func verifyBesideNobody(
        _ password: Password, against hash: PasswordHash
    ) async throws(PasswordHasherError) -> PasswordVerdict

    /// The hash that another system made of a password, a text or an object that such a system exports, in the form
    /// that stores keep and ``verify(_:against:)`` knows: always the same of the same, and at once.
    ///
    /// Throws ``InputRefusal`` for what cannot be verified here, and for what would cost more than a login may. A
    /// hasher that states nothing takes none.
    func adopted(_ foreign: JSONValue) throws(InputRefusal) -> PasswordHash
}

extension PasswordHasher {
    public func verifyBesideNobody(
        _ password: Password, against hash: PasswordHash
    ) async throws(PasswordHasherError) -> PasswordVerdict {
        let verdict = try await verify(password, against: hash)
        try await verifyNobody(password)
        return verdict
    }

    public func adopted(_ foreign: JSONValue) throws(InputRefusal) -> PasswordHash {
        throw InputRefusal("unsupported_hash", "cannot be verified: the hasher of this gateway takes over none")
    }
}

/// What a verification found.
public enum PasswordVerdict: Hashable, Sendable {
    /// It is the password; when `isOutdated`, its hash is weaker than the present settings and wants to be replaced.
    case matches(isOutdated: Bool)
    /// It is not, or the stored hash cannot be read.
    case differs
}

/// How a caller of the hasher can react.
@nonexhaustive
public enum PasswordHasherError: Error, Sendable {
    /// The queue is full: say 503 with that Retry-After.
    case busy(retryAfter: Duration)
    /// Hashing itself failed, for want of memory perhaps: an operator must look.
    case broken(cause: any Error)
}
