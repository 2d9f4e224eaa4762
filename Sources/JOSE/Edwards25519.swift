/// Tells texts of 32 bytes that are no public key for Ed25519 (RFC 8032, section 5.1.3), which swift-crypto takes
/// without a look. A key is read once, so nothing here is made to be quick.
enum Edwards25519 {
    /// Whether the bytes are the canonical form of a point on the curve, and none of the few points of small order, for
    /// which anybody can sign.
    static func isPublicKey(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 32 else { return false }
        // The highest bit is the sign of x, and either sign will do: x is zero for ordinates of small order alone.
        let y = FieldElement(littleEndian: Array(bytes.dropLast()) + [bytes[31] & 0x7f])
        guard y.isCanonical, !ordinatesOfSmallOrder.contains(y) else { return false }
        // x² = (y² - 1) / (d y² + 1), whose divisor is never zero, is a square if the product of the two is one.
        let square = y * y
        return ((square + minusOne) * (d * square + one)).isSquare
    }

    private static let one = FieldElement([1, 0, 0, 0])
    private static let minusOne = FieldElement([0xffff_ffff_ffff_ffec, .max, .max, .max >> 1])
    /// The curve's constant, -121665/121666.
    private static let d = FieldElement([
        0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73,
    ])

    /// The ordinates of the eight points whose order divides 8.
    private static let ordinatesOfSmallOrder = [
        FieldElement([0, 0, 0, 0]), one, minusOne,
        FieldElement([
            0xb027_b2c2_8f95_e826, 0xf098_eff2_89f4_c345, 0x3933_c6d3_05ac_dfd5, 0x05fc_536d_8802_38b1,
        ]),
        FieldElement([
            0x4fd8_4d3d_706a_17c7, 0x0f67_100d_760b_3cba, 0xc6cc_392c_fa53_202a, 0x7a03_ac92_77fd_c74e,
        ]),
    ]
}

/// A number modulo 2^255 - 19 in four words, the least significant first; two of the same number may differ until they
/// are canonical.
private struct FieldElement: Equatable {
    private let words: [UInt64]

    init(_ words: [UInt64]) { self.words = words }

    init(littleEndian bytes: [UInt8]) {
        words = stride(from: 0, to: 32, by: 8).map { place in
            bytes[place..<(place + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// Whether it is less than the modulus.
    var isCanonical: Bool {
        guard words[3] == .max >> 1, words[2] == .max, words[1] == .max else { return words[3] <= .max >> 1 }
        return words[0] < 0xffff_ffff_ffff_ffed
    }

    /// Whether another number's square is this one, which is not zero (Euler's criterion).
    var isSquare: Bool {
        var power = FieldElement([1, 0, 0, 0])
        // (2^255 - 20) / 2, from its highest bit on.
        for bit in (0..<254).reversed() {
            power = power * power
            if bit > 3 || bit == 2 || bit == 1 { power = power * self }
        }
        return power.reduced == FieldElement([1, 0, 0, 0])
    }

    static func + (left: Self, right: Self) -> Self {
        var sum: [UInt64] = []
        var carry: UInt64 = 0
        for (first, second) in zip(left.words, right.words) {
            let (part, overflow) = first.addingReportingOverflow(second)
            let (whole, again) = part.addingReportingOverflow(carry)
            sum.append(whole)
            carry = (overflow ? 1 : 0) + (again ? 1 : 0)
        }
        return Self(sum).adding(carry)
    }

    static func * (left: Self, right: Self) -> Self {
        var product = [UInt64](repeating: 0, count: 8)
        for (place, first) in left.words.enumerated() {
            var carry: UInt64 = 0
            for (offset, second) in right.words.enumerated() {
                (carry, product[place + offset]) = multiply(first, second, product[place + offset], carry)
            }
            product[place + 4] = carry
        }
        // 2^256 is 38 modulo 2^255 - 19.
        var low: [UInt64] = []
        var carry: UInt64 = 0
        for place in 0..<4 {
            let (high, word) = multiply(product[place + 4], 38, product[place], carry)
            low.append(word)
            carry = high
        }
        return Self(low).adding(carry)
    }

    /// The number with so many times 2^256 added, which stand for 38 each.
    private func adding(_ count: UInt64) -> Self {
        var (words, carry) = (words, count * 38)
        while carry != 0 {
            for place in 0..<4 where carry != 0 {
                let (sum, overflow) = words[place].addingReportingOverflow(carry)
                words[place] = sum
                carry = overflow ? 1 : 0
            }
            carry *= 38
        }
        return Self(words)
    }

    /// The same number as its canonical form.
    private var reduced: Self {
        var element = self
        while !element.isCanonical {
            // Less 2^255 - 19: more 19, less 2^255.
            var (words, carry) = (element.words, UInt64(19))
            for place in 0..<4 {
                let (sum, overflow) = words[place].addingReportingOverflow(carry)
                words[place] = sum
                carry = overflow ? 1 : 0
            }
            words[3] ^= 1 << 63
            element = Self(words)
        }
        return element
    }

    /// first · second + addend + carry in two words.
    private static func multiply(
        _ first: UInt64, _ second: UInt64, _ addend: UInt64, _ carry: UInt64
    ) -> (high: UInt64, low: UInt64) {
        let (high, low) = first.multipliedFullWidth(by: second)
        let (once, overflow) = low.addingReportingOverflow(addend)
        let (twice, again) = once.addingReportingOverflow(carry)
        return (high + (overflow ? 1 : 0) + (again ? 1 : 0), twice)
    }
}
