/// Where unpredictable bytes come from: the system's generator in a running gateway, a counted one in tests.
/// `RandomSourceConformance` in TestKit is what an implementation must pass.
public protocol RandomSource: Sendable {
    /// So many unpredictable bytes.
    func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    /// A new id of 128 random bits: 26 characters of a-z and 2-7 (base32, RFC 4648, section 6, in lower case).
    public func identifier() -> String {
        var text: [UInt8] = []
        text.reserveCapacity(26)
        var window: UInt32 = 0
        var bits = 0
        for byte in bytes(16) {
            window = window << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(base32[Int(window >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(base32[Int(window << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}

private let base32 = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

/// The system's random number generator.
public struct SystemRandom: RandomSource {
    /// Reads the system's generator.
    public init() {}

    public func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            // Every number that is drawn is a call of the system, so all its bytes are used.
            let word: UInt64 = generator.next()
            for shift in 0..<min(8, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word >> (8 * shift)))
            }
        }
        return bytes
    }
}
