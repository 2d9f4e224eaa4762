public import GatewayKit
import Synchronization

/// What has been revoked, in memory: read at every sight of a credential, and never evicted before the last token that
/// an entry concerns has expired.
public final class RevocationTable: Sendable {
    private struct Entries {
        var sessions: [SessionID: Timestamp] = [:]
        var apiKeys: [String: Timestamp] = [:]
        var signingKeys: [String: Timestamp] = [:]
        var accounts: [AccountID: (leastVersion: Int64, keepUntil: Timestamp)] = [:]

        func has(_ credential: Principal.Credential) -> Bool {
            switch credential {
            case .accessToken(let session, let signingKey):
                if !signingKeys.isEmpty, let signingKey, signingKeys[signingKey] != nil { return true }
                return !sessions.isEmpty && sessions[session] != nil
            case .cookie(let session): return sessions[session] != nil
            case .apiKey(let id, _): return apiKeys[id] != nil
            case .foreignToken: return false
            }
        }
    }

    private let entries = Mutex(Entries())

    /// Begins empty.
    public init() {}

    /// What the log says of a credential.
    public enum Standing: Hashable, Sendable {
        /// Nothing.
        case good
        /// Its session has ended, it is an API key that was revoked, or the key that signed it is trusted no more.
        case ended
        /// Its account has a higher least version than it knows. A token that says so has ended; what the store has
        /// may not have, and must be read again.
        case outdated
    }

    /// Whether what is named by somebody's credential was revoked, and what of it.
    public func standing(of principal: Principal) -> Standing {
        entries.withLock { entries in
            if entries.has(principal.credential) { return .ended }
            guard !entries.accounts.isEmpty, let known = principal.account, let account = entries.accounts[known.id]
            else { return .good }
            return known.version < account.leastVersion ? .outdated : .good
        }
    }

    /// Takes in rows of the log; in any order, and again, comes to the same.
    public func add(_ revocations: [Revocation]) {
        entries.withLock { entries in
            for revocation in revocations { Self.add(revocation, to: &entries) }
        }
    }

    /// Drops what concerns expired tokens alone.
    public func dropExpired(before moment: Timestamp) {
        entries.withLock { entries in
            entries.sessions = entries.sessions.filter { $0.value >= moment }
            entries.apiKeys = entries.apiKeys.filter { $0.value >= moment }
            entries.signingKeys = entries.signingKeys.filter { $0.value >= moment }
            entries.accounts = entries.accounts.filter { $0.value.keepUntil >= moment }
        }
    }

    /// How many entries there are.
    public var count: Int {
        entries.withLock { $0.sessions.count + $0.apiKeys.count + $0.signingKeys.count + $0.accounts.count }
    }

    private static func add(_ revocation: Revocation, to entries: inout Entries) {
        let keepUntil = revocation.keepUntil
        switch revocation.subject {
        case .session(let id): entries.sessions[id] = max(entries.sessions[id] ?? keepUntil, keepUntil)
        case .apiKey(let id): entries.apiKeys[id] = max(entries.apiKeys[id] ?? keepUntil, keepUntil)
        case .signingKey(let id):
            entries.signingKeys[id] = max(entries.signingKeys[id] ?? keepUntil, keepUntil)
        case .account(let id, let leastVersion):
            let known = entries.accounts[id] ?? (leastVersion, keepUntil)
            entries.accounts[id] = (max(known.leastVersion, leastVersion), max(known.keepUntil, keepUntil))
        }
    }
}
