import Crypto
import GatewayKit

/// A credential's SHA-256 in four words, which are quick to hash and hold no credential. It is what the store knows an
/// opaque one by.
struct CredentialDigest: Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ credential: Span<UInt8>) {
        var hash = SHA256()
        credential.withUnsafeBytes { bytes in unsafe hash.update(bufferPointer: bytes) }
        words = unsafe hash.finalize().withUnsafeBytes { bytes in
            unsafe bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
        }
    }

    /// The hash as the store has it.
    var tokenHash: TokenHash { TokenHash(bytes: unsafe withUnsafeBytes(of: words) { unsafe Array($0) }) }

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
