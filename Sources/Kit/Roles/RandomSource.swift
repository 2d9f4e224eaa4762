/// Where unpredictable bytes come from: the system's generator in a running gateway, a counted one in tests.
/// `RandomSourceConformance` in TestKit is what an implementation must pass.
public protocol RandomSource: Sendable {
    /// So many unpredictable bytes.
    func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    /// A new id of 128 random bits: 26 characters of a-z and 2-7 (base32, RFC 4648, section 6, in lower case).
    public func identifier() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var text: [UInt8] = []
        var window: UInt32 = 0
        var bits = 0
        for byte in bytes(16) {
            window = window << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(window >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(window << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The system's random number generator.
public struct SystemRandom: RandomSource {
    /// Reads the system's generator.
    public init() {}

    public func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
