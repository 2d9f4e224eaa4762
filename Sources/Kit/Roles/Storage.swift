/// Keeps what must survive: accounts, pending registrations, sessions, API keys, links, signing keys, mails,
/// revocations, audit and guesses.
///
/// Closures are synchronous and run on the connection's own thread, so that a transaction is never suspended half-way.
/// Write closures are serializable and may run again, so they have no effect but through `records`.
/// `StorageConformance` in TestKit is what an implementation must pass.
///
/// The files `…Records` beside this one are what closures are given, a protocol a kind of record. The other roles, each
/// a file: `PasswordHasher`, `TokenIssuer`, `SigningKeys`, `Mailer`, `RateLimiter` and `RevocationFollower`;
/// `TimeSource` and `RandomSource` with the system's own.
public protocol Storage: Sendable {
    /// Whether gateways on other machines may work on it too, so that no gateway makes by itself what all of them must
    /// have alike.
    var isShared: Bool { get }

    /// Runs a closure on one consistent state of the store; it must not write.
    ///
    /// Throws ``StorageError``, the closure's own included; a cancelled task may still see its closure run.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result

    /// Runs a closure in one transaction, which is committed durably before this returns and is undone when the closure
    /// throws.
    ///
    /// Throws ``StorageError``, the closure's own included; `outcomeUnknown` when nobody can tell whether it was
    /// committed.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result

    /// Tells when other gateways may have added to the revocation log, to one follower each. It ends at once for a
    /// store that tells nothing, and for any when the follower's task is cancelled.
    func revocationNews() -> any AsyncSequence<RevocationNews, Never> & Sendable

    /// Counts that all gateways of the store share; nil for a store that keeps none.
    var counts: (any SharedCounts)? { get }

    /// Whether the store answers and its schema is the one that this binary knows; throws ``StorageError`` when not.
    func checkReadiness() async throws(StorageError)

    /// The scripts of the schema in their order, applied or not; none for a store that has no scripts.
    func migrations() async throws(StorageError) -> [MigrationStatus]

    /// Applies the scripts that are missing, each in a transaction of its own; those that it applied. Processes that do
    /// so at the same time apply each script once.
    func migrate() async throws(StorageError) -> [MigrationStatus]
}

extension Storage {
    public var isShared: Bool { false }

    public func revocationNews() -> any AsyncSequence<RevocationNews, Never> & Sendable {
        AsyncStream<RevocationNews> { $0.finish() }
    }

    public var counts: (any SharedCounts)? { nil }

    public func migrations() async throws(StorageError) -> [MigrationStatus] { [] }

    public func migrate() async throws(StorageError) -> [MigrationStatus] { [] }
}

/// What a storage closure works with; valid inside that closure only.
public protocol Records {
    /// Accounts.
    var accounts: any AccountRecords { get }
    /// Registrations that wait for their address to be confirmed.
    var registrations: any RegistrationRecords { get }
    /// Sessions and the families of their refresh tokens.
    var sessions: any SessionRecords { get }
    /// Personal API keys.
    var apiKeys: any APIKeyRecords { get }
    /// Mailed links.
    var links: any LinkRecords { get }
    /// Signing keys.
    var keys: any KeyRecords { get }
    /// Mails that wait for delivery.
    var outbox: any OutboxRecords { get }
    /// The revocation log.
    var revocations: any RevocationRecords { get }
    /// The audit trail.
    var audit: any AuditRecords { get }
    /// Guesses at accounts.
    var guesses: any GuessRecords { get }
    /// Accounts that come from other systems in batches.
    var imports: any ImportRecords { get }

    /// Tries to be the only transaction, of whichever gateway, that does such work until it ends; false, without
    /// waiting, where another is at it.
    func isAlone(at work: SharedWork) throws(StorageError) -> Bool
}

/// Work that one gateway at a time does for all that share a store.
@nonexhaustive
public enum SharedWork: String, CaseIterable, Sendable {
    /// Removing what has expired.
    case chores
}

/// What a store says of its revocation log without being asked.
@nonexhaustive
public enum RevocationNews: Hashable, Sendable {
    /// There may be new rows, and from now on new ones are told.
    case added
    /// New rows are not told until `added`; why, for operators.
    case silent(reason: String)
}

/// Counts in a store, by which all its gateways hold a client to one allowance.
public protocol SharedCounts: RateLimiter {
    /// Removes counts that mean nothing any more, at most `limit`; how many there were: none while another gateway is
    /// at ``SharedWork/chores``, which this one is meanwhile. Throws ``StorageError``.
    func removeSpent(limit: Int) async throws(StorageError) -> Int
}

/// How a caller of the store can react.
@nonexhaustive
public enum StorageError: Error, Sendable {
    /// Out of reach, busy past its deadline, full or read-only: nothing was done; say 503 and try later.
    case unavailable(cause: any Error)
    /// The connection was lost while committing: nobody can tell whether it was done; never repeated blindly.
    case outcomeUnknown(cause: any Error)
    /// The store or this program is broken: an operator must look.
    case broken(cause: any Error)

    /// What rides along.
    public var cause: any Error {
        switch self {
        case .unavailable(let cause), .outcomeUnknown(let cause), .broken(let cause): cause
        }
    }
}
