import Crypto
import GatewayKit
import Synchronization

/// Tokens whose signature was found good, by their SHA-256, so that a second sight costs no signature.
///
/// Bounded: two generations, of which the older is dropped when the younger is full. Nothing is lost by that but the
/// time of a signature, for revocation is looked up elsewhere, at every sight.
final class KnownCredentials: Sendable {
    private struct Generations {
        var young: [Digest: Principal] = [:]
        var old: [Digest: Principal] = [:]
    }

    /// A SHA-256 in four words, which are quick to hash and hold no token.
    struct Digest: Hashable {
        private let words: (UInt64, UInt64, UInt64, UInt64)

        init(_ token: some Collection<UInt8>) {
            var hash = SHA256()
            let quick: Void? = token.withContiguousStorageIfAvailable { bytes in
                unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            }
            if quick == nil { hash.update(data: Array(token)) }
            words = unsafe hash.finalize().withUnsafeBytes { bytes in
                unsafe bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
            }
        }

        init(_ token: Span<UInt8>) {
            var hash = SHA256()
            token.withUnsafeBytes { bytes in unsafe hash.update(bufferPointer: bytes) }
            words = unsafe hash.finalize().withUnsafeBytes { bytes in
                unsafe bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
            }
        }

        static func == (left: Self, right: Self) -> Bool { left.words == right.words }

        func hash(into hasher: inout Hasher) {
            hasher.combine(words.0)
            hasher.combine(words.1)
        }
    }

    private let generations = Mutex(Generations())
    private let generationSize: Int

    init(capacity: Int) { generationSize = max(1, capacity / 2) }

    /// How many there are; one that is in both generations counts once it has left the older.
    var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    func principal(of digest: Digest) -> Principal? {
        generations.withLock { generations in
            if let principal = generations.young[digest] { return principal }
            guard let principal = generations.old.removeValue(forKey: digest) else { return nil }
            Self.insert(principal, digest, &generations, generationSize)
            return principal
        }
    }

    func remember(_ principal: Principal, as digest: Digest) {
        generations.withLock { Self.insert(principal, digest, &$0, generationSize) }
    }

    func forget(_ digest: Digest) {
        generations.withLock { generations in
            generations.young[digest] = nil
            generations.old[digest] = nil
        }
    }

    private static func insert(_ principal: Principal, _ digest: Digest, _ generations: inout Generations, _ size: Int)
    {
        if generations.young.count >= size, generations.young[digest] == nil {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[digest] = principal
    }
}
