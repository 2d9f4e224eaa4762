import GatewayKit
import Synchronization

/// What is known of credentials, by their digests, so that a second sight costs neither a signature nor a look into the
/// store.
///
/// Bounded: two generations, of which the older is dropped when the younger is full. Nothing is lost by that but the
/// time to find it out again, for revocation is looked up elsewhere, at every sight.
final class KnownCredentials<Known: Sendable>: Sendable {
    private struct Generations {
        var young: [CredentialDigest: Known] = [:]
        var old: [CredentialDigest: Known] = [:]
    }

    private let generations = Mutex(Generations())
    private let generationSize: Int

    init(capacity: Int) { generationSize = max(1, capacity / 2) }

    /// How many there are; one that is in both generations counts once it has left the older.
    var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    subscript(digest: CredentialDigest) -> Known? {
        generations.withLock { Self.find(digest, &$0, generationSize) }
    }

    func remember(_ known: Known, as digest: CredentialDigest) {
        generations.withLock { Self.insert(known, digest, &$0, generationSize) }
    }

    /// Changes what is known of a credential, if anything is; of those that do so at the same time, one after another.
    func change<Result: Sendable>(_ digest: CredentialDigest, _ body: (inout Known) -> Result) -> Result? {
        generations.withLock { generations in
            guard var known = Self.find(digest, &generations, generationSize) else { return nil }
            defer { generations.young[digest] = known }
            return body(&known)
        }
    }

    func forget(_ digest: CredentialDigest) {
        generations.withLock { generations in
            generations.young[digest] = nil
            generations.old[digest] = nil
        }
    }

    /// What is found is young again.
    private static func find(_ digest: CredentialDigest, _ generations: inout Generations, _ size: Int) -> Known? {
        if let known = generations.young[digest] { return known }
        guard let known = generations.old.removeValue(forKey: digest) else { return nil }
        insert(known, digest, &generations, size)
        return known
    }

    private static func insert(
        _ known: Known, _ digest: CredentialDigest, _ generations: inout Generations, _ size: Int
    ) {
        if generations.young.count >= size, generations.young[digest] == nil {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[digest] = known
    }
}
