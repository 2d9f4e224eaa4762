import GatewayKit
import Synchronization

/// Looks API keys and session cookies up in the store: a few at a time, so that a flood of such as nobody knows leaves
/// most of the store's queue to others.
final class StoredCredentials: Sendable {
    /// What an opaque credential may be.
    enum Kind: Sendable {
        case apiKey, cookie
    }

    /// What the store says of one.
    enum Finding: Sendable {
        case good(Principal)
        /// There is none, or it has ended, for this reason.
        case bad(reason: String)
        /// The store is out of reach, or too many ask for others.
        case outOfReach
    }

    private let storage: any Storage
    private let lifetimes: TokenLifetimes
    private let time: any TimeSource
    private let looking = Mutex(0)

    init(storage: any Storage, lifetimes: TokenLifetimes, time: any TimeSource) {
        self.storage = storage
        self.lifetimes = lifetimes
        self.time = time
    }

    /// What the store says now of the credential that has that hash.
    func find(_ kind: Kind, hashed hash: TokenHash) async -> Finding {
        let hasPlace = looking.withLock { looking in
            guard looking < Self.atOnce else { return false }
            looking += 1
            return true
        }
        guard hasPlace else { return .outOfReach }
        defer { looking.withLock { $0 -= 1 } }
        do throws(StorageError) {
            return try await storage.read { [lifetimes, time] records throws(StorageError) in
                switch kind {
                case .apiKey: try Self.owner(ofKey: hash, in: records, at: time.now())
                case .cookie: try Self.owner(ofCookie: hash, in: records, at: time.now(), lifetimes)
                }
            }
        } catch {
            return .outOfReach
        }
    }

    private static func owner(
        ofKey hash: TokenHash, in records: any Records, at now: Timestamp
    ) throws(StorageError) -> Finding {
        guard let key = try records.apiKeys.key(hashed: hash) else { return .bad(reason: "an unknown API key") }
        guard key.isAlive(at: now) else { return .bad(reason: "an expired API key") }
        guard let account = try records.accounts.account(key.accountID), !account.isDisabled else {
            return .bad(reason: "the API key of a disabled account")
        }
        return .good(Principal(account, showing: key, until: min(key.expiresAt ?? .max, now + longestTrust)))
    }

    private static func owner(
        ofCookie hash: TokenHash, in records: any Records, at now: Timestamp, _ lifetimes: TokenLifetimes
    ) throws(StorageError) -> Finding {
        guard let session = try records.sessions.session(ofCookie: hash) else {
            return .bad(reason: "the cookie of an unknown session")
        }
        guard session.isAlive(at: now, lifetimes) else { return .bad(reason: "the cookie of an expired session") }
        guard let account = try records.accounts.account(session.accountID), !account.isDisabled else {
            return .bad(reason: "the cookie of a disabled account")
        }
        let end = min(session.expiresAt, session.lastUsedAt + lifetimes.refreshIdle, now + longestTrust)
        return .good(Principal(account, in: session, until: end))
    }

    /// How long what the store said is believed, the revocations apart. Those are kept for more than
    /// `TokenLifetimes.longestAccess`, and this is to stay far below it: what was read before a revocation is forgotten
    /// long before that is.
    static let longestTrust = Duration.seconds(300)
    /// How many are looked up at once; the rest is told to come again. It is a fraction of the queue of the SQLite
    /// store, and a look takes less than a thousandth of a second.
    private static let atOnce = 64
}

extension Timestamp {
    fileprivate static let max = Timestamp(milliseconds: .max)
}
