public import GatewayKit
import Synchronization

/// Bytes that look random, never repeat in a test, and are the same in every run (SplitMix64 from a seed).
public final class CountedRandom: RandomSource {
    private let state: Mutex<UInt64>

    /// Begins the sequence of a seed.
    public init(seed: UInt64 = 0) { state = Mutex(seed) }

    public func bytes(_ count: Int) -> [UInt8] {
        state.withLock { state in
            var bytes: [UInt8] = []
            while bytes.count < count {
                state &+= 0x9e37_79b9_7f4a_7c15
                var word = state
                word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
                word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
                word ^= word >> 31
                for shift in stride(from: UInt64(0), to: 64, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: word >> shift))
                }
            }
            return Array(bytes.prefix(count))
        }
    }
}
